package graph

import "cmp"

// proof is the state of the identity proof on a path through a graph.
type proof int

const (
	unproved proof = iota
	marked         // unproved, and the path passes the group that the forecast marks
	proved
)

// proofs is a set of proof values.
type proofs [proved + 1]bool

// ends are the possible ends of a scope: the proofs with which it can pass, and
// those with which it can fail. At the top, passing means verified.
type ends struct{ pass, fail proofs }

func (e ends) or(other ends) ends {
	for p := range e.pass {
		e.pass[p] = e.pass[p] || other.pass[p]
		e.fail[p] = e.fail[p] || other.fail[p]
	}
	return e
}

func (e ends) passes() bool { return e.pass != proofs{} }
func (e ends) fails() bool  { return e.fail != proofs{} }

// forecast computes the possible ends of a graph for any results of its methods,
// conditions and reviews. It may include an end that the conditions rule out.
type forecast struct {
	graph Graph
	// mark is the id of an any_of, or "". A path that passes this group unproved
	// continues as marked.
	mark  string
	known map[forecastKey]ends
}

type forecastKey struct {
	node string
	p    proof
}

func newForecast(g Graph, mark string) *forecast {
	return &forecast{graph: g, mark: mark, known: map[forecastKey]ends{}}
}

// ofGraph returns the possible ends of a session.
func (f *forecast) ofGraph() ends { return f.from(f.graph.Start, unproved) }

// from returns the possible ends of the scope of a target, for a path that
// reaches the target with proof p.
func (f *forecast) from(target string, p proof) ends {
	switch target {
	case PassMember:
		return passing(p)
	case FailMember:
		return failing(p)
	}
	key := forecastKey{target, p}
	if e, done := f.known[key]; done {
		return e
	}
	f.known[key] = ends{} // ends the recursion on a corrupt graph with a cycle
	n, _ := f.graph.Node(target)
	e := f.at(n, p)
	f.known[key] = e
	return e
}

func passing(p proof) (e ends) {
	e.pass[p] = true
	return e
}

func failing(p proof) (e ends) {
	e.fail[p] = true
	return e
}

func (f *forecast) at(n Node, p proof) ends {
	switch n.Kind {
	case KindVerified:
		return passing(p)
	case KindFailed:
		return failing(p)
	case KindMethod:
		after := p
		if n.Method.ProvesIdentity() {
			after = proved
		}
		return f.from(n.Pass, after).or(f.from(n.Fail, p))
	case KindReview:
		return f.from(cmp.Or(n.Pass, PassMember), p).or(f.from(cmp.Or(n.Fail, FailMember), p))
	case KindBranch:
		e := f.from(n.Default, p)
		for _, v := range n.Cases {
			e = e.or(f.from(v.Next, p))
		}
		return e
	case KindAnyOf, KindAllOf:
		return f.group(n, p)
	default:
		return ends{}
	}
}

func (f *forecast) group(n Node, p proof) (e ends) {
	members := make([]ends, len(n.Members))
	for i, entry := range n.Members {
		members[i] = f.from(entry, p)
	}
	decided := decidedAll(members, p)
	if n.Kind == KindAnyOf {
		decided = decidedAny(members, p)
	}
	if n.ID == f.mark && decided.pass[unproved] {
		decided.pass[unproved], decided.pass[marked] = false, true
	}
	for q := range decided.pass {
		if decided.pass[q] {
			e = e.or(f.from(n.Pass, proof(q)))
		}
		if decided.fail[q] {
			e = e.or(f.from(n.Fail, proof(q)))
		}
	}
	return e
}

// decidedAny returns the possible ends of an any_of: passed with the proof of
// the member that passes it, or failed with the proof from before the group.
func decidedAny(members []ends, before proof) (e ends) {
	fails := true
	for _, member := range members {
		e = e.or(ends{pass: member.pass})
		fails = fails && member.fails()
	}
	e.fail[before] = fails
	return e
}

// decidedAll returns the possible ends of an all_of. Its proof is the strongest
// of the members that have passed until then.
func decidedAll(members []ends, before proof) (e ends) {
	least, some, all := unproved, proofs{}, true
	fails := false
	for _, member := range members {
		all = all && member.passes()
		fails = fails || member.fails()
		for p := range member.pass {
			some[p] = some[p] || member.pass[p]
		}
		least = max(least, member.least())
	}
	for p := range some {
		e.pass[p] = all && some[p] && proof(p) >= least
		e.fail[p] = fails && (some[p] || proof(p) == before)
	}
	return e
}

// least returns the weakest proof with which the scope passes.
func (e ends) least() proof {
	for p := range e.pass {
		if e.pass[p] {
			return proof(p)
		}
	}
	return unproved
}
