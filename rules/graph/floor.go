package graph

import (
	"math"

	"github.com/stile-id/stile/rules"
)

// noWay is the rank of a target that no path reaches.
const noWay = math.MaxInt

// Floor returns the rank that an earlier proof needs in order to stand in for a session of the graph: that of the
// weakest path to verified, by the strongest method on the path. It returns false if every path to verified leads
// through a review, because no earlier proof stands in for a reviewer.
//
// The selfie methods prove no age, so they count only if a path has no other method.
func Floor(g Graph) (rank int, reachable bool) {
	rank = newFloor(g, rules.Method.ProofRank).from(g.Start)
	if rank == 0 {
		rank = newFloor(g, rules.Method.Rank).from(g.Start)
	}
	return rank, rank != noWay
}

// floor computes the weakest proof with which each node leads to verified, or within a group to the member's pass.
type floor struct {
	graph Graph
	rank  func(rules.Method) int
	known map[string]bounds
}

// bounds are the weakest proofs with which a scope passes and fails; noWay if it cannot.
type bounds struct{ pass, fail int }

func newFloor(g Graph, rank func(rules.Method) int) *floor {
	return &floor{graph: g, rank: rank, known: map[string]bounds{}}
}

func (f *floor) from(target string) int { return f.ends(target).pass }

func (f *floor) ends(target string) bounds {
	switch target {
	case PassMember:
		return bounds{pass: 0, fail: noWay}
	case FailMember:
		return bounds{pass: noWay, fail: 0}
	}
	if b, done := f.known[target]; done {
		return b
	}
	f.known[target] = bounds{noWay, noWay} // ends the recursion on a corrupt graph with a cycle
	n, _ := f.graph.Node(target)
	b := f.at(n)
	f.known[target] = b
	return b
}

func (f *floor) at(n Node) bounds {
	switch n.Kind {
	case KindVerified:
		return bounds{pass: 0, fail: noWay}
	case KindFailed:
		return bounds{pass: noWay, fail: 0}
	case KindMethod:
		return f.ends(n.Pass).atLeast(f.rank(n.Method)).or(f.ends(n.Fail))
	case KindBranch:
		b := f.ends(n.Default)
		for _, v := range n.Cases {
			b = b.or(f.ends(v.Next))
		}
		return b
	case KindAnyOf, KindAllOf:
		return f.group(n)
	default: // a review, for which no proof stands in
		return bounds{noWay, noWay}
	}
}

// group returns the bounds of a group. A failed group proves nothing: what its members passed may be another person's.
func (f *floor) group(n Node) bounds {
	passes, fails, all := noWay, true, 0
	some := false
	for _, entry := range n.Members {
		member := f.ends(entry)
		passes, all = min(passes, member.pass), max(all, member.pass)
		fails, some = fails && member.fail != noWay, some || member.fail != noWay
	}
	canFail := fails
	if n.Kind == KindAllOf {
		passes, canFail = all, some
	}
	b := bounds{noWay, noWay}
	if passes != noWay {
		b = b.or(f.ends(n.Pass).atLeast(passes))
	}
	if canFail {
		b = b.or(f.ends(n.Fail))
	}
	return b
}

// atLeast returns the bounds behind a step that proves rank.
func (b bounds) atLeast(rank int) bounds { return bounds{max(b.pass, rank), max(b.fail, rank)} }

func (b bounds) or(other bounds) bounds {
	return bounds{min(b.pass, other.pass), min(b.fail, other.fail)}
}
