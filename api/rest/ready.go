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
	Mail    mailReadied     `json:"mail"`
}

// mailReadied is the state of mail to users.
type mailReadied struct {
	Status string  `json:"status"`
	Reason *string `json:"reason"`
}

// methodReadied is the state of a method that a package serves.
type methodReadied struct {
	Method rules.Method `json:"method"`
	Status string       `json:"status"`
	Reason *string      `json:"reason"`
}

// MethodUnavailable is the status of a method, or of mail, that cannot be used for want of configuration.
const MethodUnavailable = "unavailable"

// noMailReason is the reason why mail is unavailable.
const noMailReason = "STILE_SMTP_URL is not set"

// Ready returns the body of /readyz of a process that can serve. Mail reports whether mails can be sent. A method that
// lacks its configuration does not make the process unready, and neither does mail.
func Ready(registry *sessions.Registry, mail bool) any {
	ready := readiness{Status: "ok", Methods: []methodReadied{}, Mail: mailReadied{Status: graph.OfferAvailable}}
	if !mail {
		reason := noMailReason
		ready.Mail = mailReadied{Status: MethodUnavailable, Reason: &reason}
	}
	for _, health := range registry.Health() {
		line := methodReadied{Method: health.Method, Status: graph.OfferAvailable}
		if health.Reason != "" {
			line.Status, line.Reason = MethodUnavailable, &health.Reason
		}
		ready.Methods = append(ready.Methods, line)
	}
	return ready
}
