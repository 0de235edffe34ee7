package condition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/condition"
)

func BenchmarkEvaluate(b *testing.B) {
	v := sample()
	for b.Loop() {
		index, _, err := condition.Evaluate(
			[]string{"risk.level == 'high'", "metadata.none == 'x'", "metadata.tier == 'vip'"},
			v,
		)
		require.NoError(b, err)
		require.Equal(b, 2, index)
	}
}
