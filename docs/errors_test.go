package docs_test

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

// codeSection is the part of errors.md about a code: its heading, and the status that the text begins with.
var codeSection = regexp.MustCompile("(?m)^### `([a-z_]+)`\n\n\\*\\*([0-9]{3})\\.?\\*\\*")

// hosted is a code of hosted installations, which Stile does not answer.
const hosted = "billing_suspended"

func TestDocumentedStatusesOfErrorsAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("errors.md")
	require.NoError(t, err)
	sections := codeSection.FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(sections), 50)
	for _, section := range sections {
		if section[1] == hosted {
			continue
		}
		status := rest.StatusOf(&models.Error{Code: models.ErrorCode(section[1])})
		require.Equal(t, strconv.Itoa(status), section[2], section[1])
	}
}
