package shipped_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func TestIncompleteMethodIsNotRegistered(t *testing.T) {
	t.Parallel()
	whole := func() methods.Method { return (&methodtest.Enrolment{}).Method() }
	for message, spoil := range map[string]func(m *methods.Method){
		"the catalogue":             func(m *methods.Method) { m.Name = "palm_reading" },
		"it needs Accept":           func(m *methods.Method) { m.Accept = nil },
		"it needs Accept and":       func(m *methods.Method) { m.Judge = nil },
		"needs a challenge":         func(m *methods.Method) { m.Begin, m.Fields = nil, m.Fields[1:] },
		"must be of GET or POST":    func(m *methods.Method) { m.Answer[0].Verb = http.MethodPut },
		"needs a name of its own":   func(m *methods.Method) { m.Answer[0].Name = "a/b" },
		"a name of its own and":     func(m *methods.Method) { m.Answer[0].Serve = nil },
		`route "note" needs a nam`:  func(m *methods.Method) { m.Answer[0] = m.Answer[1] },
		"it must state the Fields":  func(m *methods.Method) { m.Fields = nil },
		`"Photo" needs a name`:      func(m *methods.Method) { m.Fields[2].Name = "Photo" },
		`"nonce" needs a name of`:   func(m *methods.Method) { m.Fields[2].Name = "nonce" },
		`field "nonce" has no type`: func(m *methods.Method) { m.Fields[1].Type = "essay" },
		`"photo" names uploads, wh`: func(m *methods.Method) { m.Uploads = false },
		`"challenge" names a chall`: func(m *methods.Method) { m.Begin, m.Answer = nil, nil },
	} {
		m := whole()
		spoil(&m)
		_, err := shipped.Registry(shipped.Options{}, m)
		require.ErrorContains(t, err, message)
	}
	_, err := shipped.Registry(shipped.Options{}, whole(), whole())
	require.ErrorContains(t, err, "it is registered twice")
	_, err = shipped.Registry(shipped.Options{}, whole())
	require.NoError(t, err, "it takes the place of the shipped method of its name")
}

func judged(t *testing.T, r *methods.Registry, s methods.Submission) (methods.Verdict, error) {
	t.Helper()
	return r.Judge(t.Context(), s)
}

func TestRegistryChoosesTheJudgePerOrganization(t *testing.T) {
	t.Parallel()
	toy := &methodtest.Enrolment{}
	r, err := shipped.Registry(shipped.Options{}, toy.Method())
	require.NoError(t, err)
	student := methods.Attempt{Method: rules.MethodStudent, Tier: rules.MinAge(18)}

	verdict, err := judged(t, r, methods.Submission{Attempt: student, Payload: []byte(`{"school":true}`)})
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)

	s := methods.Submission{Attempt: student, Payload: []byte(`{"input":{}}`), ConnectorID: "pc_1"}
	verdict, err = judged(t, r, s)
	require.NoError(t, err)
	require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, verdict.ReasonCodes)

	s = methods.Submission{Attempt: student, Payload: []byte(`{"simulate":"pass"}`), Sandbox: true}
	verdict, err = judged(t, r, s)
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	s.Sandbox = false
	_, err = judged(t, r, s)
	require.ErrorContains(t, err, "cannot simulate")

	none, err := methods.NewRegistry(methods.Decorators{Simulate: simulated.Decorator(0)})
	require.NoError(t, err)
	_, err = judged(t, none, methods.Submission{Attempt: methods.Attempt{Method: rules.MethodFacialAge}, Payload: []byte(`{}`)})
	require.ErrorIs(t, err, methods.ErrUnserved)
}

// away is a vision process that has not answered for a while.
type away struct{}

func (away) Unavailable() string { return "the vision process does not answer" }

func (away) Document(context.Context, vision.Side, []byte, ...vision.Read) (*vision.Document, error) {
	return nil, &vision.AwayError{Reason: "it does not answer"}
}

// upload is a file of any id.
type upload struct{}

func (upload) Content(context.Context, string) ([]byte, error) { return []byte("picture"), nil }

func TestAcceptedDocumentWaitsForAVisionProcessThatIsUnavailable(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r, err := shipped.Registry(shipped.Options{Document: document.Options{
		Vision: away{}, Patience: time.Minute, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}})
	require.NoError(t, err)
	require.NotEmpty(t, r.Unavailable(rules.MethodDocumentCapture, methods.Organization{}))
	judge := func(received time.Time) (methods.Verdict, error) {
		return r.Judge(t.Context(), methods.Submission{
			Attempt: methods.Attempt{Method: rules.MethodDocumentCapture, Tier: rules.MinAge(18)},
			Payload: []byte(`{"front": "upl_1"}`), Uploads: upload{}, Received: received,
		})
	}
	_, err = judge(now)
	var waits *methods.AwayError
	require.ErrorAs(t, err, &waits)
	v, err := judge(now.Add(-time.Minute))
	require.NoError(t, err)
	require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
}

func TestUnavailableMethodNeverPasses(t *testing.T) {
	t.Parallel()
	toy, reason := &methodtest.Enrolment{}, "the register of schools is not configured"
	r, err := shipped.Registry(shipped.Options{Mail: true}, toy.Method())
	require.NoError(t, err)
	toy.Down.Store(&reason)
	verdict, err := judged(t, r, methods.Submission{
		Attempt: methods.Attempt{Method: rules.MethodStudent}, Payload: []byte(`{"school":true}`),
	})
	require.NoError(t, err)
	require.Equal(t, graph.OutcomeError, verdict.Outcome, "it uses up no attempt")
	require.Equal(t, reason, r.Unavailable(rules.MethodStudent, methods.Organization{}))
	require.Empty(t, r.Unavailable(rules.MethodStudent, methods.Organization{ConnectorID: "pc_1"}))
	require.Empty(t, r.Unavailable(rules.MethodStudent, methods.Organization{Sandbox: true}))
	require.Subset(t, r.Health(), []methods.Health{
		{Method: rules.MethodSelfAttestation}, {Method: rules.MethodStudent, Reason: reason},
		{Method: rules.MethodOpenBanking, Reason: "no bank is configured"},
	})
	require.True(t, r.Exclusive(rules.MethodSelfAttestation))
	require.False(t, r.Exclusive(rules.MethodStudent))
}

func TestContractIsThatOfWhoJudges(t *testing.T) {
	t.Parallel()
	toy, reason := &methodtest.Enrolment{}, "the register of schools is not configured"
	r, err := shipped.Registry(shipped.Options{}, toy.Method())
	require.NoError(t, err)
	names := func(method rules.Method, o methods.Organization) (names []string) {
		contract, takes := r.Contract(method, o)
		require.Equal(t, len(contract.Fields) > 0, takes)
		for _, field := range contract.Fields {
			names = append(names, field.Name)
		}
		return names
	}
	require.Equal(t, []string{"date_of_birth", "declaration"}, names(rules.MethodSelfAttestation, methods.Organization{}))
	require.Equal(t, []string{"challenge", "nonce", "photo"}, names(rules.MethodStudent, methods.Organization{}))
	connected := methods.Organization{ConnectorID: "pc_1"}
	require.Equal(t, []string{"input", "uploads"}, names(rules.MethodStudent, connected))
	require.Empty(t, names(rules.MethodMDL, methods.Organization{Sandbox: true}), "it can only be simulated")
	contract, _ := r.Contract(rules.MethodStudent, methods.Organization{})
	require.True(t, contract.Begin && contract.Uploads)
	contract, _ = r.Contract(rules.MethodStudent, connected)
	require.False(t, contract.Begin)
	toy.Down.Store(&reason)
	require.Empty(t, names(rules.MethodStudent, methods.Organization{}))
}
