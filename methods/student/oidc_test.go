package student_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// open holds the state of the one challenge.
type open struct {
	methods.Held
	state json.RawMessage
}

func (o open) Challenge(context.Context, string, string) (json.RawMessage, error) {
	return o.state, nil
}

const answerURL = "http://127.0.0.1:9/v1/methods/student"

func TestInstitutionThatNamesItsStudentProvesEnrolment(t *testing.T) {
	t.Parallel()
	uni := banktest.Start(t, nil)
	uni.Serve(t, answerURL+"/callback", banktest.Options{Profile: "oidc", Algorithm: "RS256"})
	file := filepath.Join(t.TempDir(), "student.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
institutions:
  - {id: uni, name: Example University, profile: oidc, issuer: %q, client_id: stile, key: %q, claims_from: userinfo,
     affiliation_scopes: [Uni.Example]}
`, uni.Issuer, uni.KeyFile), 0o600))
	settings, err := student.ReadSettings(file)
	require.NoError(t, err)
	m := student.Method(student.Options{Settings: settings, Login: login.Options{
		Egress: outbound.Policy{Allow: outbound.Loopback()}, Page: func() string { return "https://id.example/verify" },
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}})
	require.Empty(t, m.Unavailable(), "the login needs no mail")
	require.Len(t, m.BeginFields, 1, "without mail there is no address to enter")
	require.Equal(t, login.FieldInstitution, m.BeginFields[0].Name)
	for account, want := range map[string]rules.ReasonCode{
		"adult": "", "foreign": rules.ReasonDataMismatch, "unknown": rules.ReasonDataMismatch,
		"cancel": rules.ReasonUserCancelled,
	} {
		v := enrols(t, m, account)
		if want != "" {
			require.Equal(t, []rules.ReasonCode{want}, v.ReasonCodes, account)
			continue
		}
		require.Equal(t, graph.OutcomePassed, v.Outcome)
		require.Equal(t, rules.Check{Name: student.CheckEnrolled, Passed: true}, v.Checks[0])
	}
}

// enrols logs in at the institution and returns the verdict.
func enrols(t *testing.T, m methods.Method, account string) methods.Verdict {
	t.Helper()
	attempt := methods.Attempt{Method: rules.MethodStudent, SessionID: "vks_1", Type: "age", Tier: rules.MinAge(18)}
	begun, err := m.Begin.Begin(t.Context(), methods.Beginning{
		Attempt: attempt, ChallengeID: "mch_1", AnswerURL: answerURL, Input: input{"institution": "uni"},
	})
	require.NoError(t, err)
	state, err := json.Marshal(begun.State)
	require.NoError(t, err)
	var told struct {
		URL string `json:"url"`
	}
	data, err := json.Marshal(begun.Data)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &told))

	at := slices.IndexFunc(m.Answer, func(r methods.Route) bool { return r.Name == "callback" })
	route := m.Answer[at]
	require.Equal(t, http.MethodGet, route.Verb)
	replied, err := route.Serve(t.Context(), methods.Reply{
		Attempt: attempt, ChallengeID: "mch_1", State: state,
		Query: banktest.Login(t, told.URL, account, answerURL+"/callback").Query(),
		Keep:  func(context.Context, any) error { return nil },
	})
	require.NoError(t, err)
	page, err := url.Parse(replied.Location)
	require.NoError(t, err)
	fragment, err := url.ParseQuery(page.EscapedFragment())
	require.NoError(t, err)
	state, err = json.Marshal(replied.State)
	require.NoError(t, err)

	given := methods.Given{
		Attempt: attempt, Held: open{state: state}, Today: rules.Date{Year: 2026, Month: 11, Day: 28},
		Input: input{"challenge": "mch_1", "response": fragment.Get("response")},
	}
	accepted, err := m.Accept.Accept(t.Context(), given)
	if account == "adult" {
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "date_of_birth", wrong.Param, "only an answer that decides by itself needs no declaration")
		given.Input = input{
			"challenge": "mch_1", "response": fragment.Get("response"), "date_of_birth": "1990-01-31", "declaration": true,
		}
		accepted, err = m.Accept.Accept(t.Context(), given)
	}
	require.NoError(t, err)
	payload, err := json.Marshal(accepted.Payload)
	require.NoError(t, err)
	v, err := m.Judge.Judge(t.Context(), methods.Submission{
		Attempt: attempt, Payload: payload, Today: rules.Date{Year: 2026, Month: 11, Day: 28},
	})
	require.NoError(t, err)
	return v
}
