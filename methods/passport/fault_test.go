package passport

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

func TestEachFaultHasAVerdict(t *testing.T) {
	t.Parallel()
	for _, code := range emrtd.Codes() {
		require.Contains(t, chipVerdicts, code)
	}
	for _, code := range csca.Codes() {
		require.Contains(t, issuerVerdicts, code)
	}
}
