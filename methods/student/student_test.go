package student_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

type input = methodtest.Input

func begin(t *testing.T, o student.Options, in input) (methods.Begun, []string, error) {
	t.Helper()
	var counted []string
	begun, err := student.Method(o).Begin.Begin(t.Context(), methods.Beginning{
		Input: in, Count: func(_ context.Context, kind, value string) error {
			counted = append(counted, kind+" "+value)
			return nil
		},
	})
	return begun, counted, err
}

func TestMailboxAtAListedInstitutionGetsACode(t *testing.T) {
	t.Parallel()
	settings := student.Settings{Domains: []string{"campus.example.org"}}
	for email, institution := range map[string]string{
		"Ada@TUM.de":                  "tum.de",
		"ada@in.tum.de":               "tum.de",
		"ada@mail.in.tum.de":          "tum.de",
		"ada@uob.edu.bh":              "uob.edu.bh",
		"ada@campus.example.org":      "campus.example.org",
		"ada@mail.campus.example.org": "campus.example.org",
	} {
		begun, counted, err := begin(t, student.Options{Mail: true, Settings: settings}, input{"email": email})
		require.NoError(t, err, email)
		require.Equal(t, map[string]any{"kind": "mailbox", "institution": institution, "digits": 6.0}, object(t, begun.Data))
		require.NotNil(t, begun.Code)
		require.Equal(t, []string{"otp " + begun.Code.To}, counted)
		require.NotContains(t, string(text(t, begun.State)), "ada", "the address is in the mail alone")
	}
}

func TestOtherMailboxesGetNoCode(t *testing.T) {
	t.Parallel()
	for _, email := range []string{
		"ada@gmail.com", "ada@tum.de.example", "ada@nottum.de", "ada@de", "ada@edu", "ada@ac.uk", "ada@edu.cn",
		"ada@alumni.pku.edu.cn", "ada@mail.alumni.pku.edu.cn", "ada@alumni.tum.de", "ada@si.edu.example",
		"ada@example.org", "ada@tum.de\nbcc: x@tum.de", "ada", "",
	} {
		_, counted, err := begin(t, student.Options{Mail: true}, input{"email": email})
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong, email)
		require.Equal(t, "email", wrong.Param)
		require.NotContains(t, wrong.Message, "ada")
		require.Empty(t, counted)
	}
	_, _, err := begin(t, student.Options{Mail: true}, input{"email": "ada@tum.de", "locale": "klingon?"})
	require.ErrorContains(t, err, "locale must be a BCP 47 language tag")
}

func TestTooManyCodesAreRefused(t *testing.T) {
	t.Parallel()
	refusal := errors.New("too many")
	_, err := student.Method(student.Options{Mail: true}).Begin.Begin(t.Context(), methods.Beginning{
		Input: input{"email": "ada@tum.de"}, Count: func(context.Context, string, string) error { return refusal },
	})
	require.ErrorIs(t, err, refusal)
}

// Below a public suffix anybody can have a domain.
func TestNoListedDomainIsAPublicSuffix(t *testing.T) {
	t.Parallel()
	listed := student.ListedDomains()
	require.Greater(t, len(listed), 20_000)
	for _, domain := range listed {
		suffix, _ := publicsuffix.PublicSuffix(domain)
		require.NotEqual(t, domain, suffix)
	}
}

func TestMethodNeedsMail(t *testing.T) {
	t.Parallel()
	require.Contains(t, student.Method(student.Options{}).Unavailable(), "STILE_SMTP_URL")
	require.Empty(t, student.Method(student.Options{Mail: true}).Unavailable())
}

// held is the challenge whose code is 123456.
type held struct{ tries int }

func (*held) Upload(context.Context, string, string) (methods.Upload, error) {
	return methods.Upload{}, errors.New("no uploads")
}

func (*held) Challenge(_ context.Context, param, id string) (json.RawMessage, error) {
	if id != "mch_1" {
		return nil, methods.NewInputError(param, "no such challenge")
	}
	return json.RawMessage(`{"institution":"tum.de"}`), nil
}

func (h *held) Code(_ context.Context, param, entered string) error {
	h.tries++
	if entered != "123456" {
		return methods.NewInputError(param, "wrong")
	}
	return nil
}

func accept(t *testing.T, h *held, in input) (methods.Accepted, error) {
	t.Helper()
	today, _ := rules.ParseDate("2026-11-28")
	return student.Method(student.Options{Mail: true}).Accept.Accept(t.Context(),
		methods.Given{Input: in, Held: h, Today: today})
}

func TestSubmissionNeedsCodeAndDeclaration(t *testing.T) {
	t.Parallel()
	whole := func() input {
		return input{"challenge": "mch_1", "code": "123456", "date_of_birth": "2000-01-31", "declaration": true}
	}
	h := &held{}
	for member, value := range map[string]any{
		"challenge": nil, "date_of_birth": "2030-01-01", "declaration": false,
	} {
		in := whole()
		in[member] = value
		_, err := accept(t, h, in)
		var wrong *methods.InputError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, member, wrong.Param)
	}
	require.Zero(t, h.tries, "a fault elsewhere costs no try of the code")
	for _, code := range []any{nil, "654321"} {
		in := whole()
		in["code"] = code
		_, err := accept(t, h, in)
		require.Error(t, err)
	}
	require.Equal(t, 1, h.tries)
	taken, err := accept(t, h, whole())
	require.NoError(t, err)
	again, err := accept(t, h, whole())
	require.NoError(t, err)
	require.Equal(t, taken, again)
	require.JSONEq(t, `{"declared":{"date_of_birth":"2000-01-31","declaration":true}}`, string(text(t, taken.Payload)))
}

func judge(t *testing.T, payload string, years int) (methods.Verdict, error) {
	t.Helper()
	today, _ := rules.ParseDate("2026-11-28")
	return student.Method(student.Options{Mail: true}).Judge.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Method: rules.MethodStudent, Tier: rules.MinAge(years)},
		Payload: []byte(payload), Today: today,
	})
}

func TestDeclaredAgeDecidesBesideTheMailbox(t *testing.T) {
	t.Parallel()
	const born2006 = `{"declared":{"date_of_birth":"2006-01-31","declaration":true}}`
	mailbox := rules.Check{Name: student.CheckMailbox, Passed: true}
	declaration := rules.Check{Name: "declaration", Passed: true}
	verdict, err := judge(t, born2006, 18)
	require.NoError(t, err)
	require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	require.Equal(t, []rules.Check{mailbox, declaration, {Name: "age", Passed: true}}, verdict.Checks)
	verdict, err = judge(t, born2006, 21)
	require.NoError(t, err)
	require.Equal(t, []rules.ReasonCode{rules.ReasonUnderAge}, verdict.ReasonCodes, "a mailbox proves no age")
	require.Equal(t, []rules.Check{mailbox, declaration, {Name: "age"}}, verdict.Checks)
	_, err = judge(t, `{"declared": "Lovelace"`, 18)
	require.ErrorContains(t, err, "not readable")
	require.NotContains(t, err.Error(), "Lovelace")
}

func TestSettingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	read := func(content string) (student.Settings, error) {
		path := filepath.Join(t.TempDir(), "student.yaml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return student.ReadSettings(path)
	}
	settings, err := read("domains: [Campus.Example.org, bücher.example]\n")
	require.NoError(t, err)
	require.Equal(t, []string{"campus.example.org", "xn--bcher-kva.example"}, settings.Domains)
	none, err := student.ReadSettings("")
	require.NoError(t, err)
	require.Empty(t, none)
	for content, message := range map[string]string{
		"":                                "is empty",
		"domain: [x.example]\n":           "domain",
		"domains: x.example\n":            "line 1",
		"domains: [edu]\n":                "domains[0]",
		"domains: [a.example, 'b c']\n":   "domains[1]",
		"domains: []\n---\ndomains: []\n": "one document",
	} {
		_, err := read(content)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, student.Variable)
		require.ErrorContains(t, err, "student.yaml")
	}
	_, err = student.ReadSettings(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorContains(t, err, student.Variable)
}

func text(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

func object(t *testing.T, value any) (object map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text(t, value), &object))
	return object
}
