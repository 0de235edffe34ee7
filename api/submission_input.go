package api

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// submissionInput is what a method takes: a pretence in a sandbox, or what it really needs.
type submissionInput struct {
	Simulate    *string        `json:"simulate"`
	DateOfBirth *string        `json:"date_of_birth"`
	Declaration *bool          `json:"declaration"`
	Input       jsontext.Value `json:"input"`
}

// acceptedInput is a submission as it is stored, always written the same way: the store tells a repeat by its bytes.
type acceptedInput struct {
	payload any
	// delay holds the verdict back, or is the time of the provider who gives it, by this connector.
	delay     time.Duration
	connector *string
}

// accept checks a submission.
func (a *API) accept(c *call, method rules.Method, in submissionInput) (acceptedInput, error) {
	switch {
	case in.Simulate != nil:
		return a.acceptSimulated(c, in)
	case method == rules.MethodSelfAttestation:
		payload, err := in.attestation(rules.DateOf(a.now().UTC()))
		return acceptedInput{payload: payload}, err
	default:
		return a.acceptForProvider(c, method, in)
	}
}

// otherThan names a field that is given beside those that a submission takes.
func (in submissionInput) otherThan(taken ...string) (field string, given bool) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"simulate", in.Simulate != nil}, {"date_of_birth", in.DateOfBirth != nil},
		{"declaration", in.Declaration != nil}, {"input", present(in.Input)},
	} {
		if f.given && !slices.Contains(taken, f.name) {
			return f.name, true
		}
	}
	return "", false
}

func (a *API) acceptSimulated(c *call, in submissionInput) (acceptedInput, error) {
	org, err := a.store.Across().Organization(c.ctx, c.session.OrgID)
	if err != nil {
		return acceptedInput{}, err
	}
	if !org.Sandbox {
		return acceptedInput{}, models.Invalid("simulate", "simulate is only available in sandbox organizations")
	}
	if field, given := in.otherThan("simulate"); given {
		return acceptedInput{}, models.Invalid(field, "simulate must be given alone")
	}
	if !slices.Contains(simulated.Outcomes(), *in.Simulate) {
		return acceptedInput{}, models.Invalid("simulate",
			"simulate must be one of %s", strings.Join(simulated.Outcomes(), ", "))
	}
	accepted := acceptedInput{payload: simulated.Payload{Simulate: *in.Simulate}}
	if *in.Simulate == simulated.Slow {
		accepted.delay = a.config.SlowDelay
	}
	return accepted, nil
}

// acceptForProvider takes whatever the provider of the method asks for.
func (a *API) acceptForProvider(c *call, method rules.Method, in submissionInput) (acceptedInput, error) {
	connector, found, err := a.store.ConnectorFor(c.ctx, c.session.OrgID, method)
	switch {
	case err != nil:
		return acceptedInput{}, err
	case !found:
		return acceptedInput{}, models.Invalid("method",
			"%s needs a provider connector, and none is enabled. A sandbox organization can simulate it", method)
	case !present(in.Input):
		return acceptedInput{}, missing("input")
	case in.Input.Kind() != '{':
		return acceptedInput{}, models.Invalid("input", "Invalid type: input must be an object")
	}
	if field, given := in.otherThan("input"); given {
		return acceptedInput{}, models.Invalid(field, "%s takes input alone", method)
	}
	// A repeat may write the same content in another way. Numbers keep their digits: they are for the provider.
	exactly := []jsontext.Options{jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)}
	if err := in.Input.Canonicalize(exactly...); err != nil {
		return acceptedInput{}, invalidJSON(err)
	}
	return acceptedInput{
		payload: methods.ProviderPayload{Input: json.RawMessage(in.Input)},
		delay:   a.config.ProviderPatience, connector: &connector.ID,
	}, nil
}

// earliestBirth is older than anybody alive.
const earliestBirth = 1900

func (in submissionInput) attestation(today rules.Date) (attestation.Payload, error) {
	declared := attestation.Payload{Declaration: true}
	if in.DateOfBirth == nil {
		return declared, missing("date_of_birth")
	}
	born, ok := rules.ParseDate(*in.DateOfBirth)
	switch {
	case !ok:
		return declared, models.Invalid("date_of_birth", "date_of_birth must be a date such as 1990-01-31")
	case born.Year < earliestBirth:
		return declared, models.Invalid("date_of_birth", "date_of_birth must not be before %d", earliestBirth)
	case rules.AgeOn(born, today) < 0:
		return declared, models.Invalid("date_of_birth", "date_of_birth must not be in the future")
	case in.Declaration == nil:
		return declared, missing("declaration")
	case !*in.Declaration:
		return declared, models.Invalid("declaration", "declaration must be true")
	}
	if field, given := in.otherThan("date_of_birth", "declaration"); given {
		return declared, models.Invalid(field, "Unknown parameter: %s", field)
	}
	declared.DateOfBirth = born.String()
	return declared, nil
}
