package rest

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// readiness is the body of /readyz of a process that can serve.
type readiness struct {
	Status  string          `json:"status"`
	Methods []methodReadied `json:"methods"`
}

// methodReadied is the state of a method that a package serves.
type methodReadied struct {
	Method rules.Method `json:"method"`
	Status string       `json:"status"`
	Reason *string      `json:"reason"`
}

// MethodUnavailable is the status of a method that cannot be used for want of configuration.
const MethodUnavailable = "unavailable"

// Ready returns the body of /readyz of a process that can serve. A method that lacks its configuration does not make
// the process unready.
func Ready(registry *sessions.Registry) any {
	ready := readiness{Status: "ok", Methods: []methodReadied{}}
	for _, health := range registry.Health() {
		line := methodReadied{Method: health.Method, Status: graph.OfferAvailable}
		if health.Reason != "" {
			line.Status, line.Reason = MethodUnavailable, &health.Reason
		}
		ready.Methods = append(ready.Methods, line)
	}
	return ready
}
