package openbanking_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openbanking"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// verdict judges what a bank has said about a user on 28 November 2026. The tier is 18.
func verdict(t *testing.T, kind string, outcome login.Outcome) methods.Verdict {
	t.Helper()
	payload, err := json.Marshal(outcome)
	require.NoError(t, err)
	v, err := openbanking.Method(login.Options{}, nil).Judge.Judge(t.Context(), methods.Submission{
		Attempt: methods.Attempt{Type: kind, Tier: rules.MinAge(18)}, Payload: payload,
		Today: rules.Date{Year: 2026, Month: 11, Day: 28},
	})
	require.NoError(t, err)
	return v
}

func TestClaimsOfTheBankDecide(t *testing.T) {
	t.Parallel()
	for claims, reason := range map[string]rules.ReasonCode{
		`{"over":true}`:              "",
		`{"over":false}`:             rules.ReasonUnderAge,
		`{}`:                         rules.ReasonAgeUnknown,
		`{"birthdate":"2008-11-28"}`: "",
		`{"birthdate":"2008-11-29"}`: rules.ReasonUnderAge,
		`{"birthdate":"2007"}`:       "",
		`{"birthdate":"2008"}`:       rules.ReasonAgeUncertain,
		`{"birthdate":"2009"}`:       rules.ReasonUnderAge,
		`{"birthdate":"0000-01-31"}`: rules.ReasonAgeUnknown,
		`{"birthdate":"1900-01-01"}`: rules.ReasonAgeUnknown,
		`{"birthdate":"2030-01-01"}`: rules.ReasonAgeUnknown,
		`{"birthdate":"yesterday"}`:  rules.ReasonAgeUnknown,
	} {
		v := verdict(t, "age", login.Outcome{Login: true, Kept: json.RawMessage(claims)})
		if reason == "" {
			require.Equal(t, graph.OutcomePassed, v.Outcome, claims)
			continue
		}
		require.Equal(t, graph.OutcomeFailed, v.Outcome, claims)
		require.Equal(t, []rules.ReasonCode{reason}, v.ReasonCodes, claims)
	}
	nameless := login.Outcome{Login: true, Kept: json.RawMessage(`{"birthdate":"1990-01-31"}`)}
	require.Equal(t, []rules.ReasonCode{rules.ReasonDataMismatch}, verdict(t, "identity", nameless).ReasonCodes)
	named := login.Outcome{Login: true, Kept: json.RawMessage(`{"birthdate":"1990-01-31","named":true}`)}
	require.Equal(t, graph.OutcomePassed, verdict(t, "identity", named).Outcome)
}

func TestLoginWithoutAProofCostsNoAttempt(t *testing.T) {
	t.Parallel()
	for fault, want := range map[login.Fault]methods.Verdict{
		login.FaultCancelled: {
			Outcome: graph.OutcomeRequiresInput, ReasonCodes: []rules.ReasonCode{rules.ReasonUserCancelled},
		},
		login.FaultAway: {
			Outcome: graph.OutcomeError, ReasonCodes: []rules.ReasonCode{rules.ReasonProviderUnavailable},
		},
		login.FaultUntrusted: {Outcome: graph.OutcomeError, ReasonCodes: []rules.ReasonCode{rules.ReasonMethodError}},
	} {
		v := verdict(t, "age", login.Outcome{Login: true, Fault: fault})
		require.Equal(t, want.Outcome, v.Outcome, fault)
		require.Equal(t, want.ReasonCodes, v.ReasonCodes, fault)
	}
}

func TestFaultyFileNamesFileAndMember(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                                     "is empty",
		"institutions: []":                     "institutions is missing",
		"banks: []":                            "field banks not found",
		"institutions: [{id: a, colour: red}]": "field colour not found",
		"institutions: [{id: a}]":              "institutions[0]: age must be",
		"institutions: [{id: a, age: birthdate}]": "institutions[0]: name must",
		"institutions: []\n---\nx: 1":             "must hold one document",
	} {
		path := filepath.Join(t.TempDir(), "banks.yaml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := openbanking.ReadBanks(path)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, openbanking.Variable+": "+path)
	}
	banks, err := openbanking.ReadBanks("")
	require.NoError(t, err)
	require.Empty(t, banks)
}
