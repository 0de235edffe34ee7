package docs_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/config"
)

// settingRow is a row of a table of variables that gives a default.
var settingRow = regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| `([^`]+)` \\|")

func readSettings(t *testing.T, name, value string) (c config.Config, asked map[string]bool) {
	t.Helper()
	asked = map[string]bool{}
	c, err := config.Read(func(variable string) string {
		asked[variable] = true
		if variable == name {
			return value
		}
		return ""
	})
	require.NoError(t, err)
	return c, asked
}

func operations(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("operations.md")
	require.NoError(t, err)
	return string(text)
}

func TestDocumentedDefaultsAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	defaults, asked := readSettings(t, "", "")
	rows := settingRow.FindAllStringSubmatch(operations(t), -1)
	require.Greater(t, len(rows), 20)
	for _, row := range rows {
		name, documented := row[1], row[2]
		switch name {
		case "STILE_CLIENT_IP_HEADER": // package rest has the default
			require.Equal(t, rest.DefaultClientIPHeader, documented)
			continue
		case "STILE_DEV_JURISDICTION": // a variable of stile-dev
			continue
		}
		require.Contains(t, asked, name)
		given, _ := readSettings(t, name, documented)
		require.Equal(t, defaults, given, "%s is documented to be %s by default", name, documented)
	}
}

func TestEveryVariableIsDocumented(t *testing.T) {
	t.Parallel()
	text := operations(t)
	_, asked := readSettings(t, "", "")
	for name := range asked {
		require.Contains(t, text, "`"+name+"`")
	}
}
