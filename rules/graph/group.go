package graph

import (
	"fmt"
	"slices"
)

// open starts a group: a token for each member, in declared order.
func (r *run) open(group Node, member string, previous *StepResult) error {
	if len(group.Members) == 0 {
		return fmt.Errorf("%w: group %s has no members", ErrCorruptGraph, group.ID)
	}
	r.state.Groups = append(r.state.Groups, GroupState{Node: group.ID, Member: member})
	for _, entry := range group.Members {
		if err := r.enter(entry, group.ID, entry, previous); err != nil {
			return err
		}
	}
	return nil
}

// endMember records that a member of a group has passed or failed, and leaves
// the group where that decides it.
func (r *run) endMember(groupID, member string, passed bool, previous *StepResult) error {
	i := r.groupIndex(groupID)
	group, ok := r.graph.Node(groupID)
	if i < 0 || !ok || !slices.Contains(group.Members, member) {
		return fmt.Errorf("%w: member %q ends in no open group %q", ErrCorruptGraph, member, groupID)
	}
	state := &r.state.Groups[i]
	if passed {
		state.Passed = append(state.Passed, member)
	} else {
		state.Failed = append(state.Failed, member)
	}
	switch {
	case decidesPass(group, *state):
		return r.close(group, group.Pass, state.Member, previous)
	case decidesFail(group, *state):
		return r.close(group, group.Fail, state.Member, previous)
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

// close leaves a group: whatever still waits within it is dropped, and the walk
// goes on as the member of the enclosing group that it was.
func (r *run) close(group Node, target, member string, previous *StepResult) error {
	r.state.Tokens = slices.DeleteFunc(r.state.Tokens, func(t Token) bool {
		return r.within(t.Node, group.ID)
	})
	r.state.Groups = slices.DeleteFunc(r.state.Groups, func(g GroupState) bool {
		return g.Node == group.ID || r.within(g.Node, group.ID)
	})
	return r.follow(group, target, member, previous)
}

// within reports whether a node stands inside a group, at any depth. It gives
// up after as many steps as there are nodes: scopes of a corrupt graph may go
// in circles.
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
