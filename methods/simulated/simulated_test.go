package simulated_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var tier = rules.MinAge(21)

// honest is a judge of real submissions with an answer of its own.
type honest struct{}

var errReal = errors.New("really judged")

func (honest) Judge(context.Context, methods.Submission) (methods.Verdict, error) {
	return methods.Verdict{}, errReal
}

func judge(t *testing.T, method rules.Method, payload string, sandbox bool) (methods.Verdict, error) {
	t.Helper()
	return simulated.Judge{Real: honest{}}.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Method: method, Tier: tier}, Payload: []byte(payload), Sandbox: sandbox,
	})
}

func asking(t *testing.T, outcome string) string {
	t.Helper()
	payload, err := json.Marshal(simulated.Payload{Simulate: outcome})
	require.NoError(t, err)
	return string(payload)
}

func TestSandboxGetsTheRequestedOutcome(t *testing.T) {
	t.Parallel()
	did, didNot := rules.Check{Name: "simulated", Passed: true}, rules.Check{Name: "simulated"}
	verdicts := map[string]methods.Verdict{
		"pass": methods.Passed(tier, did),
		"slow": methods.Passed(tier, did),
		"fail": methods.Failed(rules.ReasonSimulatedFailure, didNot),
		"requires_input": {
			Outcome: graph.OutcomeRequiresInput, ReasonCodes: []rules.ReasonCode{rules.ReasonMoreInputNeeded},
			Checks: []rules.Check{didNot},
		},
		"error": {
			Outcome: graph.OutcomeError, ReasonCodes: []rules.ReasonCode{rules.ReasonMethodError},
			Checks: []rules.Check{didNot},
		},
	}
	require.Len(t, simulated.Outcomes(), len(verdicts))
	for _, outcome := range simulated.Outcomes() {
		for _, method := range []rules.Method{rules.MethodMDL, rules.MethodSelfAttestation, rules.MethodFacialAge} {
			verdict, err := judge(t, method, asking(t, outcome), true)
			require.NoError(t, err, "%s of %s", outcome, method)
			require.Equal(t, verdicts[outcome], verdict, "%s of %s", outcome, method)
		}
	}
}

func TestLiveOrganizationCannotSimulate(t *testing.T) {
	t.Parallel()
	for _, outcome := range append(simulated.Outcomes(), "vanish") {
		verdict, err := judge(t, rules.MethodMDL, asking(t, outcome), false)
		require.ErrorContains(t, err, "cannot simulate", outcome)
		require.NotErrorIs(t, err, errReal, outcome)
		require.Zero(t, verdict, outcome)
	}
}

func TestOtherSubmissionsAreReallyJudged(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"a real submission":          `{"date_of_birth": "1990-01-31", "declaration": true}`,
		"an empty outcome":           `{"simulate": ""}`,
		"no outcome":                 `{"simulate": null}`,
		"an outcome that is no text": `{"simulate": true}`,
		"what is not JSON":           `simulate=pass`,
		"nothing":                    ``,
	} {
		for _, sandbox := range []bool{true, false} {
			_, err := judge(t, rules.MethodSelfAttestation, payload, sandbox)
			require.ErrorIs(t, err, errReal, name)
		}
	}
}

func TestUnknownOutcomeIsAnErrorWithoutItsName(t *testing.T) {
	t.Parallel()
	for _, asked := range []string{"vanish", "PASS", "pass "} {
		verdict, err := judge(t, rules.MethodMDL, asking(t, asked), true)
		require.ErrorContains(t, err, "no such simulated outcome")
		require.NotContains(t, err.Error(), asked)
		require.Zero(t, verdict)
	}
}
