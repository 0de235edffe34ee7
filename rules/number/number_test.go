package number_test

import (
	"math/big"
	"regexp"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/number"
)

func TestAnIntegerIsANumberWithoutAFractionalPart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"40": 40, "40.0": 40, "40.000": 40, "4e1": 40, "4E+1": 40, "0.4e2": 40, "400e-1": 40, "4000.0e-2": 40,
		"0": 0, "-0": 0, "-0.0": 0, "0e5": 0, "0e99999999999999999999": 0, "0.000e-99999999999999999999": 0,
		"-3.0": -3, "1e18": 1e18, "9223372036854775807": 9223372036854775807, "9223372036854775807.0": 9223372036854775807,
		"-9223372036854775808": -9223372036854775808, "-9.223372036854775808e18": -9223372036854775808,
	} {
		got, err := number.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestFractionsAndTooLargeNumbersAreNotIntegers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"40.5", "0.1", "1e-1", "401e-1", "1e-99999999999999999999", "9223372036854775808", "9223372036854775807.5",
		"1e19", "1e20",
		"1e99999999999999999999", "-9223372036854775809", "", "-", ".", "1.", ".5", "1e", "e1", "1e1.0", "0x10",
		"1_000", "NaN", "Inf", " 1",
	} {
		_, err := number.Parse(text)
		require.ErrorIs(t, err, number.ErrNotInteger, text)
	}
}

func TestDecodingTakesEverySpellingOfAnInteger(t *testing.T) {
	t.Parallel()
	type numbers struct {
		Plain   int    `json:"plain"`
		Long    int64  `json:"long"`
		Pointer *int   `json:"pointer"`
		Null    *int64 `json:"null"`
	}
	var got numbers
	body := `{"plain": 40.0, "long": 1.7e9, "pointer": 3.0, "null": null}`
	require.NoError(t, json.Unmarshal([]byte(body), &got, json.WithUnmarshalers(number.Unmarshalers())))
	three := 3
	require.Equal(t, numbers{Plain: 40, Long: 1700000000, Pointer: &three}, got)
	for _, wrong := range []string{`{"pointer": 40.5}`, `{"pointer": "40"}`, `{"pointer": true}`, `{"pointer": 1e300}`} {
		err := json.Unmarshal([]byte(wrong), &got, json.WithUnmarshalers(number.Unmarshalers()))
		var semantic *json.SemanticError
		require.ErrorAs(t, err, &semantic, wrong)
		require.Equal(t, "/pointer", string(semantic.JSONPointer), wrong)
		require.Contains(t, semantic.GoType.String(), "int", wrong)
	}
}

// FuzzParse compares Parse with exact arithmetic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1", "-1.50", "4e1", "12.5e1", "9223372036854775808", "1e-3", "0.0e9"} {
		f.Add(seed)
	}
	plain := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := number.Parse(text)
		if !plain.MatchString(text) {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is a number", text)
		}
		fits := exact.IsInt() && exact.Num().IsInt64()
		if fits != (err == nil) || fits && exact.Num().Int64() != got {
			t.Fatalf("Parse(%q) = %d, %v; exactly %s", text, got, err, exact)
		}
	})
}
