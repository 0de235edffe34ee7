package version

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionOfTheLinkerComesFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ set, noted, version string }{
		{"1.5.0", "v1.4.0", "1.5.0"},
		{"", "v1.4.0", "v1.4.0"},
		{"1.5.0", devel, "1.5.0"},
		{"", devel, "unknown"},
		{"", "", "unknown"},
	} {
		require.Equal(t, test.version, first(test.set, test.noted))
	}
}

// TestTheImageSetsTheVersion builds a program with the flag of the Dockerfile.
func TestTheImageSetsTheVersion(t *testing.T) {
	t.Parallel()
	image, err := os.ReadFile("../../deploy/Dockerfile")
	require.NoError(t, err)
	const variable = "-X 'github.com/stile-id/stile/internal/version.set="
	require.Equal(t, 2, strings.Count(string(image), variable+"$VERSION'"), "stile and stile-vision")

	program := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-ldflags", variable+"1.5.0'",
		"-o", program, "./testdata/program")
	build.Stderr = os.Stderr
	require.NoError(t, build.Run())
	out, err := exec.CommandContext(t.Context(), program).Output()
	require.NoError(t, err)
	require.Equal(t, "1.5.0\n", string(out))
}
