package compliance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"UK", "GB"},
		{"united kingdom", "GB"},
		{"England", "GB-ENG"},
		{"California", "US-CA"},
		{"Calfornia", "US-CA"},
		{"CA-US", "US-CA"},
		{"us-ca", "US-CA"},
		{" US-CA ", "US-CA"},
		{"US_CA", "US-CA"},
		{"GERMANY", "DE"},
		{"Deutschland", ""},
		{"US-ZZ", "US-AZ"},
		{"USA", "US"},
		{"US-PR", "US-AR US-OR US-PA"},
		{"US-AX", "US-AK US-AL US-AR"}, // US-AZ is as near, but only three are returned
		{"Quebec", "CA-QC"},
		{"XX", ""},
		{"", ""},
		{strings.Repeat("US", 10_000), ""},
		{"\xff\xfe", ""},
	}
	for _, c := range cases {
		require.Equal(t, jurisdictions(c.want), shipped(t).Nearest(c.in), "%.20s", c.in)
	}
}

func TestNotCoveredNamesTheNearest(t *testing.T) {
	t.Parallel()
	_, err := shipped(t).Resolve(rules.UseCaseFirearms, "US-ZZ", day(t, today))
	var uncovered *compliance.NotCoveredError
	require.ErrorAs(t, err, &uncovered)
	require.Equal(t, jurisdictions("US-AZ"), uncovered.Nearest)
	require.EqualError(t, err, `jurisdiction "US-ZZ" is not covered; the nearest that are: US-AZ`)

	_, err = shipped(t).Resolve(rules.UseCaseFirearms, "XX", day(t, today))
	require.EqualError(t, err, `jurisdiction "XX" is not covered`)
}
