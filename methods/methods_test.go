package methods_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestEveryFailureHasAReason(t *testing.T) {
	t.Parallel()
	for _, outcome := range []graph.Outcome{graph.OutcomeFailed, graph.OutcomeRequiresInput, graph.OutcomeError} {
		require.Equal(t, []rules.ReasonCode{rules.ReasonMethodError}, methods.Verdict{Outcome: outcome}.Reasons(), outcome)
	}
	require.Equal(t, []rules.ReasonCode{"x_acme_17"}, methods.Failed("x_acme_17").Reasons())
	require.Empty(t, methods.Passed(rules.MinAge(18)).Reasons())
}
