package methods

import (
	"context"
	"fmt"
	"net/http"
	"regexp"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Registry holds the methods of a deployment. It chooses how an organization's method is served: by the method's
// package, or by a provider connector instead, and in a sandbox with a simulation around either.
type Registry struct {
	methods    []Method
	decorators Decorators
}

// Decorators make a method of another one.
type Decorators struct {
	// Simulate lets a sandbox organization ask for an outcome, and has a live one refused.
	Simulate func(m Method, sandbox bool) Method
	// Connect is the method as the provider of a connector judges it.
	Connect func(name rules.Method, connectorID string) Method
}

// Organization holds the facts that decide how a method is served.
type Organization struct {
	Sandbox bool
	// ConnectorID is the id of the enabled provider connector for the method; "" if there is none.
	ConnectorID string
}

// NewRegistry checks the methods and registers them.
func NewRegistry(d Decorators, served ...Method) (*Registry, error) {
	r := &Registry{decorators: d}
	for _, m := range served {
		if err := r.check(m); err != nil {
			return nil, fmt.Errorf("method %q: %w", m.Name, err)
		}
		r.methods = append(r.methods, m)
	}
	return r, nil
}

var routeName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (r *Registry) check(m Method) error {
	if _, known := rules.ParseMethod(string(m.Name)); !known {
		return fmt.Errorf("the catalogue (rules/methods.go) has no such method")
	}
	if _, twice := r.own(m.Name); twice {
		return fmt.Errorf("it is registered twice")
	}
	if m.Accept == nil || m.Judge == nil {
		return fmt.Errorf("it needs Accept and Judge")
	}
	if err := m.checkFields(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, route := range m.Answer {
		key := route.Verb + " " + route.Name
		switch {
		case m.Begin == nil:
			return fmt.Errorf("route %q needs a challenge, and the method has no Begin", route.Name)
		case route.Verb != http.MethodGet && route.Verb != http.MethodPost:
			return fmt.Errorf("route %q must be of GET or POST", route.Name)
		case !routeName.MatchString(route.Name) || route.Serve == nil || seen[key]:
			return fmt.Errorf("route %q needs a name of its own and Serve", route.Name)
		}
		seen[key] = true
	}
	return nil
}

func (r *Registry) own(name rules.Method) (Method, bool) {
	for _, m := range r.methods {
		if m.Name == name {
			return m, true
		}
	}
	return Method{}, false
}

// For returns the method as it is served to an organization. A method that cannot be used refuses every input, and
// gives no verdict unless it is Patient.
func (r *Registry) For(name rules.Method, o Organization) Method {
	own, registered := r.own(name)
	m := own
	switch {
	case o.ConnectorID != "":
		m = r.decorators.Connect(name, o.ConnectorID)
	case !registered:
		m = refusing(name, unserved(name), ErrUnserved)
	case own.unavailable() != "":
		m = refusing(name, fmt.Sprintf("%s is not available: %s", name, own.unavailable()), nil)
		if own.Patient {
			m.Judge = own.Judge
		}
	}
	return r.decorators.Simulate(m, o.Sandbox)
}

// Unavailable returns why an organization cannot use the method now, or "" where it can. A sandbox can simulate any.
func (r *Registry) Unavailable(name rules.Method, o Organization) string {
	own, registered := r.own(name)
	switch {
	case o.Sandbox || o.ConnectorID != "":
		return ""
	case !registered:
		return "no provider connector is enabled for it"
	default:
		return own.unavailable()
	}
}

// Serves reports whether the method's package can be used without a provider connector.
func (r *Registry) Serves(name rules.Method) bool {
	own, registered := r.own(name)
	return registered && own.unavailable() == ""
}

// Exclusive reports whether no provider connector may judge the method.
func (r *Registry) Exclusive(name rules.Method) bool {
	own, _ := r.own(name)
	return own.Exclusive
}

// Route returns the route by which replies to challenges of the method come, or false where there is none.
func (r *Registry) Route(name rules.Method, verb, route string) (Route, bool) {
	own, _ := r.own(name)
	for _, candidate := range own.Answer {
		if candidate.Verb == verb && candidate.Name == route {
			return candidate, true
		}
	}
	return Route{}, false
}

// Choice returns a choice of a field of Begin, in whatever place it can be chosen; false where there is none.
func (r *Registry) Choice(name rules.Method, value string) (Choice, bool) {
	own, _ := r.own(name)
	for _, field := range own.BeginFields {
		for _, choice := range field.Choices {
			if choice.Value == value {
				return choice, true
			}
		}
	}
	return Choice{}, false
}

// Health is how a registered method is. Reason is "" where it can be used.
type Health struct {
	Method rules.Method
	Reason string
}

// Health reports how each registered method is, in the order of registration.
func (r *Registry) Health() []Health {
	lines := make([]Health, 0, len(r.methods))
	for _, m := range r.methods {
		lines = append(lines, Health{Method: m.Name, Reason: m.unavailable()})
	}
	return lines
}

// Judge has the submission judged by whom it was accepted for.
func (r *Registry) Judge(ctx context.Context, s Submission) (Verdict, error) {
	m := r.For(s.Method, Organization{Sandbox: s.Sandbox, ConnectorID: s.ConnectorID})
	return m.Judge.Judge(ctx, s)
}

func (m Method) unavailable() string {
	if m.Unavailable == nil {
		return ""
	}
	return m.Unavailable()
}

func unserved(name rules.Method) string {
	return fmt.Sprintf("%s needs a provider connector, and none is enabled. A sandbox organization can simulate it", name)
}

// refusing returns a method that cannot be used. If err is nil, submissions that were accepted earlier get a verdict
// that costs no attempt. It takes uploads, which simulations may use.
func refusing(name rules.Method, message string, err error) Method {
	return Method{Name: name, Accept: refusal{message, err}, Judge: refusal{message, err}, Uploads: true}
}

type refusal struct {
	message string
	err     error
}

func (r refusal) Accept(context.Context, Given) (Accepted, error) {
	return Accepted{}, NewInputError("method", "%s", r.message)
}

func (r refusal) Judge(context.Context, Submission) (Verdict, error) {
	if r.err != nil {
		return Verdict{}, r.err
	}
	return Unfinished(graph.OutcomeError, rules.ReasonMethodError), nil
}
