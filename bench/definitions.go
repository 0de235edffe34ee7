package main

import "strconv"

// simple returns the most common workflow.
func simple() object {
	return object{
		"name": "Simple", "mode": "simple", "use_case": "social_media", "jurisdictions": []string{"US"},
		"methods": []string{"self_attestation"}, "composition": "any_of",
	}
}

// chain returns a graph of nodes nodes. A verified session passes all but one: the method, then branches with a
// condition each, and the end.
func chain(nodes int) object {
	const ends = 2
	all := object{"yes": object{"kind": "verified"}, "no": object{"kind": "failed"}}
	next := "yes"
	for i := nodes - ends - 1; i > 0; i-- {
		id := "branch" + strconv.Itoa(i)
		all[id] = object{
			"kind": "branch", "default": next,
			"cases": []object{{"when": "metadata.step" + strconv.Itoa(i) + " == 'stop'", "next": "no"}},
		}
		next = id
	}
	all["ask"] = object{"kind": "method", "method": "self_attestation", "pass": next, "fail": "no"}
	return object{
		"name": "Chain", "mode": "graph", "use_case": "social_media", "jurisdictions": []string{"US"},
		"graph": object{"start": "ask", "nodes": all},
	}
}
