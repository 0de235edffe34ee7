package api

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// submissionInput is what a method takes: a pretence in a sandbox, or what it really needs.
type submissionInput struct {
	Simulate    *string `json:"simulate"`
	DateOfBirth *string `json:"date_of_birth"`
	Declaration *bool   `json:"declaration"`
}

// What is stored of a submission, always written the same way: the store tells a repeat by its bytes.
type (
	simulatedPayload struct {
		Simulate string `json:"simulate"`
	}
	attestationPayload struct {
		DateOfBirth string `json:"date_of_birth"`
		Declaration bool   `json:"declaration"`
	}
)

const simulateSlow = "slow"

var simulations = []string{"pass", "fail", "requires_input", "error", simulateSlow}

// payload checks a submission and writes what is to be judged, and how long the verdict is to be held back.
func (a *API) payload(c *call, method rules.Method, in submissionInput) ([]byte, time.Duration, error) {
	switch {
	case in.Simulate != nil:
		return a.simulated(c, in)
	case method == rules.MethodSelfAttestation:
		payload, err := in.attestation(rules.DateOf(a.now().UTC()))
		return payload, 0, err
	default:
		return nil, 0, models.Invalid("method",
			"%s needs a provider connector, which is not available yet. A sandbox organization can simulate it", method)
	}
}

func (a *API) simulated(c *call, in submissionInput) ([]byte, time.Duration, error) {
	org, err := a.store.Across().Organization(c.ctx, c.session.OrgID)
	if err != nil {
		return nil, 0, err
	}
	const alone = "simulate must be given alone"
	switch {
	case !org.Sandbox:
		return nil, 0, models.Invalid("simulate", "simulate is only available in sandbox organizations")
	case in.DateOfBirth != nil:
		return nil, 0, models.Invalid("date_of_birth", alone)
	case in.Declaration != nil:
		return nil, 0, models.Invalid("declaration", alone)
	case !slices.Contains(simulations, *in.Simulate):
		return nil, 0, models.Invalid("simulate", "simulate must be one of %s", strings.Join(simulations, ", "))
	}
	var delay time.Duration
	if *in.Simulate == simulateSlow {
		delay = a.config.SlowDelay
	}
	payload, err := json.Marshal(simulatedPayload{*in.Simulate})
	return payload, delay, err
}

// earliestBirth is older than anybody alive.
const earliestBirth = 1900

func (in submissionInput) attestation(today rules.Date) ([]byte, error) {
	if in.DateOfBirth == nil {
		return nil, missing("date_of_birth")
	}
	born, ok := rules.ParseDate(*in.DateOfBirth)
	switch {
	case !ok:
		return nil, models.Invalid("date_of_birth", "date_of_birth must be a date such as 1990-01-31")
	case born.Year < earliestBirth:
		return nil, models.Invalid("date_of_birth", "date_of_birth must not be before %d", earliestBirth)
	case rules.AgeOn(born, today) < 0:
		return nil, models.Invalid("date_of_birth", "date_of_birth must not be in the future")
	case in.Declaration == nil:
		return nil, missing("declaration")
	case !*in.Declaration:
		return nil, models.Invalid("declaration", "declaration must be true")
	}
	return json.Marshal(attestationPayload{DateOfBirth: born.String(), Declaration: true})
}
