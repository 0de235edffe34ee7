package contact_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/contact"
)

func TestPhoneNumberHasOneForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"+14155550123": true, "+1234567": true, "+123456789012345": true,
		"": false, "14155550123": false, "+04155550123": false, "+123456": false, "+1234567890123456": false,
		"+1 4155550123": false, "+1415555012x": false, "+14155550123\n": false,
	} {
		require.Equal(t, want, contact.IsPhone(text), text)
	}
}
