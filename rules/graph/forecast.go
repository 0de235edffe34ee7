package graph

import "cmp"

// proof says what a way through a graph has proved of an identity.
type proof int

const (
	unproved proof = iota
	marked         // unproved, and through the group that the forecast marks
	proved
)

// proofs is a set of them.
type proofs [proved + 1]bool

// ends are the ways in which a scope can end, each with what is proved by then.
// At the top, to pass is to end verified.
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

// forecast works out how a graph can end, whatever its methods, conditions and
// reviewers say. It may count an end that conditions rule out.
type forecast struct {
	graph Graph
	// mark is the id of an any_of, or "": to pass it unproved is then marked.
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

// whole is how a session can end.
func (f *forecast) whole() ends { return f.from(f.graph.Start, unproved) }

// from is how the scope of a target can end once a way comes there.
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
	f.known[key] = ends{} // a corrupt graph may come back here
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

// decidedAny is how an any_of can end: with what the member has proved that
// passes it, or failed with what was proved before it.
func decidedAny(members []ends, before proof) (e ends) {
	fails := true
	for _, member := range members {
		e = e.or(ends{pass: member.pass})
		fails = fails && member.fails()
	}
	e.fail[before] = fails
	return e
}

// decidedAll is how an all_of can end: with the most that its members have
// proved, of those that have passed until then.
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

// least is the least that is proved where the scope passes.
func (e ends) least() proof {
	for p := range e.pass {
		if e.pass[p] {
			return proof(p)
		}
	}
	return unproved
}
