package graph

import (
	"fmt"
	"slices"
)

// open starts a group: a token for each member, in declared order.
func (r *run) open(group Node, w trail) error {
	if len(group.Members) == 0 {
		return fmt.Errorf("%w: group %s has no members", ErrCorruptGraph, group.ID)
	}
	r.state.Groups = append(r.state.Groups, GroupState{
		Node: group.ID, Member: w.member, Proved: w.proved, Methods: w.methods,
	})
	for _, entry := range group.Members {
		if err := r.enter(entry, group.ID, trail{entry, w.previous, w.proved, w.methods}); err != nil {
			return err
		}
	}
	return nil
}

// endMember records that a member of a group has passed or failed, and leaves
// the group if that decides it. A member's proof counts only if the member has
// passed: the document of a failed member may be another person's.
func (r *run) endMember(groupID string, passed bool, w trail) error {
	i := r.groupIndex(groupID)
	group, ok := r.graph.Node(groupID)
	if i < 0 || !ok || !slices.Contains(group.Members, w.member) {
		return fmt.Errorf("%w: member %q ends in no open group %q", ErrCorruptGraph, w.member, groupID)
	}
	state := &r.state.Groups[i]
	if passed {
		state.Passed = append(state.Passed, w.member)
		state.Proved = state.Proved || w.proved
		state.Methods = union(state.Methods, w.methods)
	} else {
		state.Failed = append(state.Failed, w.member)
	}
	onward := trail{state.Member, w.previous, state.Proved, state.Methods}
	switch {
	case decidesPass(group, *state):
		return r.close(group, group.Pass, onward)
	case decidesFail(group, *state):
		return r.close(group, group.Fail, onward)
	default:
		return nil
	}
}

func decidesPass(group Node, state GroupState) bool {
	if group.Kind == KindAnyOf {
		return len(state.Passed) > 0
	}
	return len(state.Passed) == len(group.Members)
}

func decidesFail(group Node, state GroupState) bool {
	if group.Kind == KindAnyOf {
		return len(state.Failed) == len(group.Members)
	}
	return len(state.Failed) > 0
}

// close leaves a group: it drops all tokens within the group, and continues at
// target in the group's own scope.
func (r *run) close(group Node, target string, w trail) error {
	r.state.Tokens = slices.DeleteFunc(r.state.Tokens, func(t Token) bool {
		return r.within(t.Node, group.ID)
	})
	r.state.Groups = slices.DeleteFunc(r.state.Groups, func(g GroupState) bool {
		return g.Node == group.ID || r.within(g.Node, group.ID)
	})
	return r.follow(group, target, w)
}

// within reports whether a node lies inside a group, at any depth. The loop is
// bounded by the number of nodes, because the scopes of a corrupt graph may form
// a cycle.
func (r *run) within(id, groupID string) bool {
	for range r.graph.Nodes {
		n, ok := r.graph.Node(id)
		if !ok || n.Scope == "" {
			return false
		}
		if n.Scope == groupID {
			return true
		}
		id = n.Scope
	}
	return false
}

func (r *run) groupIndex(id string) int {
	return slices.IndexFunc(r.state.Groups, func(g GroupState) bool { return g.Node == id })
}
