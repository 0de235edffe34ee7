package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
)

func TestOperatorNamesThePersonToEraseInOneWay(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	for want, args := range map[string][]string{
		"name the person by its id, or by": {},
		"name the person by its id,":       {"vp_aaaaaaaaaaaaaaaaaaaaaaaa", "--email", "ada@person.example"},
		"the id of a person is vp_":        {"ada@person.example"},
		"--phone must be":                  {"--phone", "0123"},
		"--email: an e-mail address is":    {"--email", "ada"},
	} {
		_, err := stile(t, append([]string{"person", "erase"}, args...)...)
		require.ErrorContains(t, err, want)
	}
	for _, args := range [][]string{
		{"vp_aaaaaaaaaaaaaaaaaaaaaaaa"}, {"--email", "Ada@Person.example", "--phone", "+14155550123", "--sandbox"},
	} {
		out, err := stile(t, append([]string{"person", "erase"}, args...)...)
		require.NoError(t, err)
		require.Equal(t, "no verification of this person holds\n", out)
	}
}
