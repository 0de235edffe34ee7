package graph

import (
	"fmt"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Fault is one mistake in a definition, in words for its author.
type Fault struct {
	// Node is the id of the node at fault. A node of a sub-graph has the prefix
	// of its compiled form: "pick.0.doc". It is empty if the fault is in no
	// node.
	Node string `json:"node"`
	// Field is a path within the node, such as "cases[0].when", or within the
	// definition: "methods[1]", "overrides.US-CA.add[0]", "graph.start".
	Field   string `json:"field"`
	Message string `json:"message"`
}

// String returns the fault as one line.
func (f Fault) String() string {
	if f.Node != "" {
		return fmt.Sprintf("node %s: %s: %s", f.Node, f.Field, f.Message)
	}
	return fmt.Sprintf("%s: %s", f.Field, f.Message)
}

// FaultError reports a definition that does not compile. Faults is never empty.
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

// ProhibitedError reports that a workflow cannot run in a jurisdiction, because
// the methods that are allowed there do not satisfy the workflow.
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
