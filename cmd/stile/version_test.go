package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/version"
)

func TestVersionIsPrinted(t *testing.T) {
	t.Parallel()
	out, err := stile(t, "--version")
	require.NoError(t, err)
	require.Equal(t, "stile version "+version.String()+"\n", out)
}
