package sessions

import (
	"context"
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

// Input is a submission as the user's device sent it: an outcome to simulate in a sandbox, or the fields of the method.
type Input struct {
	Simulate    *string        `json:"simulate"`
	DateOfBirth *string        `json:"date_of_birth"`
	Declaration *bool          `json:"declaration"`
	Input       jsontext.Value `json:"input"`
}

// accepted is a submission to store. Its payload is always written the same way, because the store recognises a repeat
// by its bytes.
type accepted struct {
	payload any
	// delay holds the verdict back. For a provider's connector it is how long the provider has for the verdict.
	delay     time.Duration
	connector *string
}

// accept checks a submission to the method.
func (s *Service) accept(ctx context.Context, org string, method rules.Method, in Input) (accepted, error) {
	switch {
	case in.Simulate != nil:
		return s.acceptSimulated(ctx, org, in)
	case method == rules.MethodSelfAttestation:
		payload, err := in.attestation(rules.DateOf(s.now().UTC()))
		return accepted{payload: payload}, err
	default:
		return s.acceptForProvider(ctx, org, method, in)
	}
}

// hasInput reports whether the field input was given: null is the same as absent.
func (in Input) hasInput() bool { return len(in.Input) > 0 && in.Input.Kind() != 'n' }

// otherThan names a given field that is not among those taken.
func (in Input) otherThan(taken ...string) (field string, given bool) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"simulate", in.Simulate != nil}, {"date_of_birth", in.DateOfBirth != nil},
		{"declaration", in.Declaration != nil}, {"input", in.hasInput()},
	} {
		if f.given && !slices.Contains(taken, f.name) {
			return f.name, true
		}
	}
	return "", false
}

func (s *Service) acceptSimulated(ctx context.Context, orgID string, in Input) (accepted, error) {
	org, err := s.store.Across().Organization(ctx, orgID)
	if err != nil {
		return accepted{}, err
	}
	if !org.Sandbox {
		return accepted{}, models.Invalid("simulate", "simulate is only available in sandbox organizations")
	}
	if field, given := in.otherThan("simulate"); given {
		return accepted{}, models.Invalid(field, "simulate must be given alone")
	}
	if !slices.Contains(simulated.Outcomes(), *in.Simulate) {
		return accepted{}, models.Invalid("simulate",
			"simulate must be one of %s", strings.Join(simulated.Outcomes(), ", "))
	}
	taken := accepted{payload: simulated.Payload{Simulate: *in.Simulate}}
	if *in.Simulate == simulated.Slow {
		taken.delay = s.config.SlowDelay
	}
	return taken, nil
}

// acceptForProvider takes any object, which the method's provider is to judge.
func (s *Service) acceptForProvider(ctx context.Context, org string, method rules.Method, in Input) (accepted, error) {
	connector, found, err := s.store.ConnectorFor(ctx, org, method)
	switch {
	case err != nil:
		return accepted{}, err
	case !found:
		return accepted{}, models.Invalid("method",
			"%s needs a provider connector, and none is enabled. A sandbox organization can simulate it", method)
	case !in.hasInput():
		return accepted{}, missing("input")
	case in.Input.Kind() != '{':
		return accepted{}, models.Invalid("input", "Invalid type: input must be an object")
	}
	if field, given := in.otherThan("input"); given {
		return accepted{}, models.Invalid(field, "%s takes input alone", method)
	}
	// A repeat may write the same content in another way. Numbers keep their digits: they are for the provider.
	exactly := []jsontext.Options{jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)}
	if err := in.Input.Canonicalize(exactly...); err != nil {
		return accepted{}, models.Invalid("input", "input is not valid JSON")
	}
	return accepted{
		payload: methods.ProviderPayload{Input: json.RawMessage(in.Input)},
		delay:   s.config.ProviderPatience, connector: &connector.ID,
	}, nil
}

// earliestBirth is before the year of birth of anyone alive.
const earliestBirth = 1900

func (in Input) attestation(today rules.Date) (attestation.Payload, error) {
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

func missing(param string) error {
	return models.Invalid(param, "Missing required parameter: %s", param)
}
