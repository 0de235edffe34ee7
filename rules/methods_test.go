package rules_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestMethodCatalogue(t *testing.T) {
	t.Parallel()
	none := []string{}
	catalogue := []struct {
		method     string
		strength   string
		rank       int
		needs      []string
		supplement bool
	}{
		{"mdl", "mdl", 6, []string{"wallet"}, false},
		{"mid", "mid", 7, []string{"mobile_id_app"}, false},
		{"eudi_pid", "eudi_pid", 8, []string{"wallet"}, false},
		{"document_capture", "document_capture", 5, []string{"camera"}, false},
		{"nfc_passport", "document_capture", 6, []string{"nfc"}, false},
		{"facial_age", "facial_age", 2, []string{"camera"}, false},
		{"selfie_liveness", "document_capture", 5, []string{"camera"}, true},
		{"selfie_match", "document_capture", 5, []string{"camera"}, true},
		{"carrier_lookup", "carrier_lookup", 3, []string{"phone_number"}, true},
		{"open_banking", "open_banking", 4, []string{"bank_login"}, true},
		{"self_attestation", "self_attestation", 1, none, false},
		{"parental_consent", "self_attestation", 1, none, false},
		{"student", "self_attestation", 1, none, false},
	}
	all := rules.Methods()
	require.Len(t, all, len(catalogue))
	for i, want := range catalogue {
		m, ok := rules.ParseMethod(want.method)
		require.True(t, ok, want.method)
		require.Equal(t, all[i], m, "catalogue order")
		require.Equal(t, want.strength, string(m.Strength()), want.method)
		require.Equal(t, want.rank, m.Rank(), want.method)
		require.Equal(t, want.needs, m.Needs(), want.method)
		require.Equal(t, want.supplement, m.CanSupplement(), want.method)
		measures := slices.Contains([]string{"facial_age", "selfie_liveness", "selfie_match"}, want.method)
		require.Equal(t, measures, m.Biometric(), want.method)
	}
}

func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "MDL", "mdl ", "palm_reading"} {
		_, ok := rules.ParseMethod(name)
		require.False(t, ok, name)
		m := rules.Method(name)
		require.Empty(t, m.Strength())
		require.Zero(t, m.Rank())
		require.Equal(t, []string{}, m.Needs())
		require.False(t, m.CanSupplement())
		require.False(t, m.Biometric())
	}
}

func TestCatalogueCannotBeChangedByItsReaders(t *testing.T) {
	t.Parallel()
	rules.Methods()[0] = "changed"
	rules.MethodMDL.Needs()[0] = "changed"
	rules.UseCases()[0] = "changed"
	rules.ReasonCodes()[0] = "changed"
	require.Equal(t, rules.MethodMDL, rules.Methods()[0])
	require.Equal(t, []string{"wallet"}, rules.MethodMDL.Needs())
	require.Equal(t, rules.UseCaseAlcoholDelivery, rules.UseCases()[0])
	require.Equal(t, rules.ReasonUnderAge, rules.ReasonCodes()[0])
}

func TestStrengthRanking(t *testing.T) {
	t.Parallel()
	names := []string{
		"self_attestation", "facial_age", "carrier_lookup", "open_banking",
		"document_capture", "mdl", "mid", "eudi_pid",
	}
	for i, name := range names {
		require.Equal(t, i+1, rules.Strength(name).Rank(), name)
	}
	for _, name := range []string{"", "nfc_passport", "selfie_match", "EUDI_PID"} {
		require.Zero(t, rules.Strength(name).Rank(), name)
	}
}

func TestUseCases(t *testing.T) {
	t.Parallel()
	want := []rules.UseCase{
		"alcohol_delivery", "alcohol_in_person", "cannabis_dispensary", "cannabis_delivery", "gambling_online",
		"gambling_in_person", "tobacco_nicotine", "adult_content", "social_media", "firearms",
	}
	require.Equal(t, want, rules.UseCases())
	for _, name := range want {
		parsed, ok := rules.ParseUseCase(string(name))
		require.True(t, ok)
		require.Equal(t, name, parsed)
	}
	for _, name := range []string{"", "alcohol", "Firearms"} {
		_, ok := rules.ParseUseCase(name)
		require.False(t, ok, name)
	}
}

func TestOnlyDocumentsAndCredentialsProveIdentity(t *testing.T) {
	t.Parallel()
	var proving []rules.Method
	for _, m := range rules.Methods() {
		if m.ProvesIdentity() {
			proving = append(proving, m)
		}
	}
	require.Equal(t, []rules.Method{
		rules.MethodMDL, rules.MethodMID, rules.MethodEUDIPID, rules.MethodDocumentCapture, rules.MethodNFCPassport,
	}, proving)
}
