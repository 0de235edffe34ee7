package simulated

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/methods"
)

// Decorator returns the decorator of a registry. The verdict on {"simulate": "slow"} is held back by slow.
func Decorator(slow time.Duration) func(m methods.Method, sandbox bool) methods.Method {
	return func(m methods.Method, sandbox bool) methods.Method {
		m.Accept = accepter{real: m.Accept, slow: slow, sandbox: sandbox}
		m.Judge = Judge{Real: m.Judge}
		return m
	}
}

// accepter takes a request to simulate, and leaves any other submission to the method.
type accepter struct {
	real    methods.Accepter
	slow    time.Duration
	sandbox bool
}

const member = "simulate"

// Accept implements methods.Accepter.
func (a accepter) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	if !g.Input.Has(member) {
		return a.real.Accept(ctx, g)
	}
	if !a.sandbox {
		return methods.Accepted{}, methods.NewInputError(member, "simulate is only available in sandbox organizations")
	}
	var asked struct {
		Simulate *string `json:"simulate"`
	}
	if err := g.Input.Read(&asked); err != nil {
		return methods.Accepted{}, err
	}
	if !slices.Contains(Outcomes(), *asked.Simulate) {
		return methods.Accepted{}, methods.NewInputError(member, "simulate must be one of %s", strings.Join(Outcomes(), ", "))
	}
	accepted := methods.Accepted{Payload: Payload{Simulate: *asked.Simulate}}
	if *asked.Simulate == Slow {
		accepted.Delay = a.slow
	}
	return accepted, nil
}
