package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestCheckKeepsItsPublicForm(t *testing.T) {
	t.Parallel()
	for text, check := range map[string]rules.Check{
		`{"name":"mrz_check_digits","status":"passed"}`: {Name: "mrz_check_digits", Passed: true},
		`{"name":"age","status":"failed"}`:              {Name: "age"},
		`{"name":"sex","status":"not_performed"}`:       {Name: "sex", NotPerformed: true},
	} {
		written, err := json.Marshal(check)
		require.NoError(t, err)
		require.Equal(t, text, string(written))

		var read rules.Check
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		require.Equal(t, check, read)
	}
}

func TestCheckOfAnotherTypeIsRefused(t *testing.T) {
	t.Parallel()
	var read rules.Check
	require.Error(t, json.Unmarshal([]byte(`{"name":1}`), &read))
}
