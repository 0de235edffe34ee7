package graph

import (
	"fmt"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Fault is one thing wrong with a definition, in words for its author.
type Fault struct {
	// Node is the id of the node at fault, one of a sub-graph with its group's
	// and its member's in front, as it is compiled: "pick.0.doc". It is empty
	// where the fault is in no node.
	Node string `json:"node"`
	// Field is a path into the node, such as "cases[0].when", or else into the
	// definition: "methods[1]", "overrides.US-CA.add[0]", "graph.start".
	Field   string `json:"field"`
	Message string `json:"message"`
}

// String joins the fault into one line.
func (f Fault) String() string {
	if f.Node != "" {
		return fmt.Sprintf("node %s: %s: %s", f.Node, f.Field, f.Message)
	}
	return fmt.Sprintf("%s: %s", f.Field, f.Message)
}

// FaultError says that a definition does not compile; Faults is never empty.
type FaultError struct {
	Faults []Fault
}

// Error lists every fault.
func (e *FaultError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		lines[i] = fault.String()
	}
	return "workflow does not compile: " + strings.Join(lines, "; ")
}

// ProhibitedError says that a workflow cannot run in a jurisdiction, because
// what is allowed there does not make up what the workflow asks for.
type ProhibitedError struct {
	// Methods that would have to be allowed, in declared order.
	Methods []rules.Method
}

// Error names the methods; the text may be shown to the merchant.
func (e *ProhibitedError) Error() string {
	names := make([]string, len(e.Methods))
	for i, m := range e.Methods {
		names[i] = string(m)
	}
	return "methods not allowed in this jurisdiction: " + strings.Join(names, ", ")
}
