package sessions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Unavailable returns, of the given methods, those that an organization cannot use now, each with the reason.
func (s *Service) Unavailable(ctx context.Context, orgID string, of []rules.Method) (map[rules.Method]string, error) {
	reasons := map[rules.Method]string{}
	if !slices.ContainsFunc(of, func(m rules.Method) bool { return !s.methods.Serves(m) }) {
		return reasons, nil
	}
	org, err := s.store.Across().Organization(ctx, orgID)
	if err != nil || org.Sandbox { // a sandbox can simulate all
		return reasons, err
	}
	connected, err := s.store.ConnectedMethods(ctx, orgID)
	if err != nil {
		return nil, err
	}
	for _, method := range of {
		reason := s.methods.Unavailable(method, methods.Organization{ConnectorID: connected[method]})
		if reason != "" {
			reasons[method] = reason
		}
	}
	return reasons, nil
}

// Choice returns a choice of a method's input for a challenge, such as a bank; false where there is none.
func (s *Service) Choice(method rules.Method, value string) (Choice, bool) {
	return s.methods.Choice(method, value)
}

// Offering is how an organization can use a method now.
type Offering struct {
	// Unavailable is the reason why it cannot; "" where it can.
	Unavailable string
	// Contract describes the submissions; nil if the method takes none, or nothing but simulations.
	Contract *Contract
	// Closed returns why a session cannot make another attempt, by its history; nil where that does not matter. It is nil
	// in a sandbox, which can simulate every attempt.
	Closed func(Standing) string
}

// Offerings returns how an organization can use each of the methods now.
func (s *Service) Offerings(
	ctx context.Context, org models.Organization, of []rules.Method,
) (map[rules.Method]Offering, error) {
	var connected map[rules.Method]string
	if slices.ContainsFunc(of, func(m rules.Method) bool { return !s.methods.Exclusive(m) }) {
		var err error
		if connected, err = s.store.ConnectedMethods(ctx, org.ID); err != nil {
			return nil, err
		}
	}
	offerings := make(map[rules.Method]Offering, len(of))
	for _, method := range of {
		to := methods.Organization{Sandbox: org.Sandbox}
		if !s.methods.Exclusive(method) {
			to.ConnectorID = connected[method]
		}
		offering := Offering{Unavailable: s.methods.Unavailable(method, to)}
		if !org.Sandbox {
			offering.Closed = s.methods.For(method, to).Closed
		}
		if contract, takes := s.methods.Contract(method, to); takes {
			offering.Contract = &contract
		}
		offerings[method] = offering
	}
	return offerings, nil
}

// Warnings lists warnings about a definition that compiles: those of graph.Warnings, a demanded code by e-mail where no
// mail can be sent, strategies of liveness that no provider reads, and methods that only simulation serves in the
// organization.
func (s *Service) Warnings(ctx context.Context, org models.Organization, d graph.Definition) ([]graph.Fault, error) {
	warnings := graph.Warnings(d)
	if d.Preferences.RequireEmailOTP && !s.config.Mail {
		warnings = append(warnings, graph.Fault{
			Field:   "preferences.require_email_otp",
			Message: "this installation sends no mail, so no code can be entered: no earlier verification is reused",
		})
	}
	compiled, faults := graph.Compile(d)
	if len(faults) > 0 {
		return warnings, nil
	}
	warnings = append(warnings, s.unverifiable(d, compiled)...)
	connected, err := s.store.ConnectedMethods(ctx, org.ID)
	if err != nil {
		return nil, err
	}
	warnings = append(warnings, unread(d, compiled, connected)...)
	field := "methods"
	if d.WithDefaults().Mode == graph.ModeGraph {
		field = "graph"
	}
	for _, method := range graph.OfferedMethods(compiled) {
		reason := s.methods.Unavailable(method, methods.Organization{ConnectorID: connected[method]})
		if reason == "" {
			continue
		}
		if org.Sandbox {
			reason += ": a sandbox can only simulate it"
		}
		warnings = append(warnings, graph.Fault{Field: field, Message: string(method) + " is not available: " + reason})
	}
	return warnings, nil
}

// unread warns of strategies of liveness at facial_age and selfie_match that nothing reads: Stile's own methods have no
// liveness, a provider of them may have. Connected has the connectors by method.
func unread(d graph.Definition, compiled graph.Graph, connected map[rules.Method]string) (warnings []graph.Fault) {
	const message = "has no effect at %s, unless a provider judges the method; add selfie_liveness to check liveness"
	preferred, read := d.Preferences.LivenessStrategy, false
	var silent []string
	for _, n := range compiled.Nodes {
		strategy := n.Options.LivenessStrategy
		switch {
		case strategy == "":
		case n.Method == rules.MethodSelfieLiveness || connected[n.Method] != "":
			read = read || strategy == preferred
		case strategy != preferred:
			warnings = append(warnings, graph.Fault{
				Node: n.ID, Field: "options.liveness_strategy", Message: fmt.Sprintf(message, n.Method),
			})
		case !slices.Contains(silent, string(n.Method)):
			silent = append(silent, string(n.Method))
		}
	}
	if len(silent) > 0 && !read {
		warnings = append(warnings, graph.Fault{
			Field: "preferences.liveness_strategy", Message: fmt.Sprintf(message, strings.Join(silent, ", ")),
		})
	}
	return warnings
}

// unverifiable warns of parental_consent at places whose law asks for a verifiable consent, where the workflow names no
// method that verifies a guardian: no guardian can be asked there.
func (s *Service) unverifiable(d graph.Definition, compiled graph.Graph) []graph.Fault {
	offered := slices.Contains(graph.OfferedMethods(compiled), rules.MethodParentalConsent)
	if !offered || len(d.Preferences.GuardianMethods(true)) > 0 {
		return nil
	}
	var places []rules.Jurisdiction
	for _, place := range s.rules.Jurisdictions() {
		rule, err := s.rules.Resolve(d.UseCase, place, s.Today())
		if err == nil && rule.VerifiableConsent && d.Serves(place) && rule.Allows(rules.MethodParentalConsent) {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil
	}
	return []graph.Fault{{
		Field: "preferences.parental.methods",
		Message: "no method verifies a guardian, as the law asks in " + models.Listed(places) +
			": parental_consent asks nobody there",
	}}
}

// CheckConnectable refuses a provider connector for a method that the deployment does not know or judges itself alone.
// Errors: CodeParameterInvalid of method.
func (s *Service) CheckConnectable(name string) (rules.Method, error) {
	method, known := rules.ParseMethod(name)
	switch {
	case !known:
		return "", models.Invalid("method", "There is no such method")
	case s.methods.Exclusive(method):
		return "", models.Invalid("method", "%s is judged by Stile itself", method)
	}
	return method, nil
}

// Methods returns the methods that the deployment serves.
func (s *Service) Methods() *Registry { return s.methods }

// withoutUnavailable drops from the any_of groups of a graph the methods that the organization cannot use now.
func (s *Service) withoutUnavailable(ctx context.Context, orgID string, g graph.Graph) (graph.Graph, error) {
	reasons, err := s.Unavailable(ctx, orgID, graph.OfferedMethods(g))
	if err != nil || len(reasons) == 0 {
		return g, err
	}
	return graph.Without(g, func(m rules.Method) bool { return reasons[m] != "" }), nil
}
