package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
)

func TestOperatorRotatesTheSigningKey(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	rotate := func() string {
		out, err := stile(t, "signing-key", "rotate")
		require.NoError(t, err)
		id, _, _ := strings.Cut(out, " ")
		return id
	}
	older, newer := rotate(), rotate()
	out, err := stile(t, "signing-key", "list")
	require.NoError(t, err)
	require.Regexp(t, "^"+newer+" 2[^\n]+Z\n"+older+" 2[^\n]+Z\n$", out)

	_, err = stile(t, "signing-key", "remove", newer)
	require.ErrorContains(t, err, newer+" signs. Add another key first")
	_, err = stile(t, "signing-key", "remove", "sk_none")
	require.ErrorContains(t, err, "sk_none")
	_, err = stile(t, "signing-key", "remove", older)
	require.NoError(t, err)
	out, err = stile(t, "signing-key", "list")
	require.NoError(t, err)
	require.NotContains(t, out, older)
}
