package condition

import (
	"fmt"
	"testing"

	"cel.dev/cel-go/cel"
	"github.com/stretchr/testify/require"
)

type program struct {
	cel.Program
	name string
}

func TestCacheKeepsWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	c := newCache(2)
	c.put("a", program{name: "a"})
	c.put("b", program{name: "b"})
	_, ok := c.get("a")
	require.True(t, ok)
	c.put("c", program{name: "c"})
	_, ok = c.get("b")
	require.False(t, ok, "the one used least recently goes")
	kept, ok := c.get("a")
	require.True(t, ok)
	require.Equal(t, program{name: "a"}, kept)
	c.put("a", program{name: "another"})
	kept, _ = c.get("a")
	require.Equal(t, program{name: "a"}, kept, "the first stays")
	require.Len(t, c.entries, 2)
	require.Equal(t, 2, c.recent.Len())
}

func TestProgramsAreCachedAndBounded(t *testing.T) {
	t.Parallel()
	for i := range mostPrograms + 10 {
		require.NoError(t, Check(fmt.Sprintf("risk.score == %d", i)))
	}
	compiled.mu.Lock()
	defer compiled.mu.Unlock()
	require.LessOrEqual(t, len(compiled.entries), mostPrograms)
}
