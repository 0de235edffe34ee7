package mdoc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

func ages(values map[string]any) mdoc.Elements {
	elements := make(mdoc.Elements)
	for name, value := range values {
		elements[name] = mdoctest.Encode(value)
	}
	return elements
}

// The cases follow ISO/IEC 18013-5 7.2.5.
func TestAgeOverFollowsTheNearestElement(t *testing.T) {
	t.Parallel()
	elements := ages(map[string]any{
		"age_over_18": true, "age_over_21": true, "age_over_60": false, "age_over_xx": 1, "age_over_9": 1, "age": 30,
	})
	for age, want := range map[int]struct{ over, known bool }{
		16: {true, true}, 18: {true, true}, 20: {true, true}, 21: {true, true},
		25: {false, false}, 59: {false, false}, 60: {false, true}, 75: {false, true},
	} {
		over, known, err := elements.AgeOver(age)
		require.NoError(t, err)
		require.Equal(t, want.known, known, age)
		require.Equal(t, want.over, over, age)
	}
}

func TestContradictingOrMalformedAgesAreRefused(t *testing.T) {
	t.Parallel()
	for _, elements := range []mdoc.Elements{
		ages(map[string]any{"age_over_18": false, "age_over_21": true}),
		ages(map[string]any{"age_over_18": "yes"}),
		ages(map[string]any{"age_over_18": nil}),
		ages(map[string]any{"age_over_18": 1}),
	} {
		_, known, err := elements.AgeOver(18)
		require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ClaimMalformed})
		require.False(t, known)
	}
}

func TestDateReadsItsForms(t *testing.T) {
	t.Parallel()
	want := time.Date(1990, 2, 28, 0, 0, 0, 0, time.UTC)
	for _, value := range []any{
		mdoctest.Date("1990-02-28"),
		mdoctest.Instant(want.Add(23 * time.Hour)),
		map[string]any{"birth_date": mdoctest.Date("1990-02-28")},
		map[string]any{"birth_date": mdoctest.Date("1990-02-28"), "approximate_mask": "00000000"},
	} {
		got, err := mdoc.Value(mdoctest.Encode(value)).Date()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, value := range []any{
		"1990-02-28", mdoctest.Date("1990-02-30"), 19900228, nil,
		map[string]any{"birth_date": mdoctest.Date("1990-02-28"), "approximate_mask": "00001111"},
		map[string]any{"birth_date": map[string]any{"birth_date": mdoctest.Date("1990-02-28")}},
	} {
		_, err := mdoc.Value(mdoctest.Encode(value)).Date()
		require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ClaimMalformed}, value)
	}
}

func TestPersonReadsEachDocumentType(t *testing.T) {
	t.Parallel()
	birth := mdoctest.Encode(mdoctest.Date("1990-02-28"))
	for docType, elements := range map[string]map[string]mdoc.Elements{
		mdoc.DocTypeMDL: {mdoc.NamespaceMDL: {
			"family_name": mdoctest.Encode("Doe"), "birth_date": birth, "age_over_18": mdoctest.Encode(true)}},
		mdoc.DocTypePhotoID: {mdoc.NamespaceCommon: {
			"family_name_unicode": mdoctest.Encode("Doe"), "birth_date": birth, "age_over_18": mdoctest.Encode(true)}},
		mdoc.DocTypePID: {mdoc.NamespacePID: {
			"family_name": mdoctest.Encode("Doe"), "birth_date": birth, "age_over_18": mdoctest.Encode(true)}},
		"example.id.1": {"example": {
			"family_name": mdoctest.Encode("Doe"), "birth_date": birth, "age_over_18": mdoctest.Encode(true)}},
	} {
		document := mdoc.Document{DocType: docType, Elements: elements}
		person := document.Person()
		name, err := person.FamilyName()
		require.NoError(t, err, docType)
		require.Equal(t, "Doe", name)
		date, err := person.BirthDate()
		require.NoError(t, err, docType)
		require.Equal(t, 1990, date.Year())
		over, known, err := person.AgeOver(18)
		require.NoError(t, err, docType)
		require.True(t, over && known)
		_, err = person.Portrait()
		require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ClaimMissing})
	}
	proof := mdoc.Document{DocType: mdoc.DocTypeAV, Elements: map[string]mdoc.Elements{
		mdoc.NamespaceAV: ages(map[string]any{"age_over_18": true}), "other": ages(map[string]any{"age_over_18": false}),
	}}
	over, known, err := proof.Person().AgeOver(18)
	require.NoError(t, err)
	require.True(t, over && known)
}
