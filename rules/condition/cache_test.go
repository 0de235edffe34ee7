package condition

import (
	"fmt"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"github.com/stretchr/testify/require"
)

type named struct {
	cel.Program
	name string
}

func TestCacheEvictsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	c := newCache(2, 100)
	c.put("a", program{Program: named{name: "a"}})
	c.put("b", program{Program: named{name: "b"}})
	_, ok := c.get("a")
	require.True(t, ok)
	c.put("c", program{Program: named{name: "c"}})
	_, ok = c.get("b")
	require.False(t, ok, "the least recently used is evicted")
	kept, ok := c.get("a")
	require.True(t, ok)
	require.Equal(t, named{name: "a"}, kept.Program)
	c.put("a", program{Program: named{name: "another"}})
	kept, _ = c.get("a")
	require.Equal(t, named{name: "a"}, kept.Program, "the first stays")
	require.Len(t, c.entries, 2)
	require.Equal(t, 2, c.recent.Len())
}

func TestCacheIsBoundedByTheTextOfItsConditions(t *testing.T) {
	t.Parallel()
	c := newCache(100, 25)
	for i := range 5 {
		c.put(fmt.Sprintf("%d%s", i, strings.Repeat("x", 9)), program{})
		require.LessOrEqual(t, c.text, 25)
	}
	require.Len(t, c.entries, 2)
	require.Equal(t, 20, c.text)
}

func TestProgramsOfSessionsAreCachedAndBounded(t *testing.T) {
	t.Parallel()
	for i := range mostPrograms + 10 {
		_, _, err := Evaluate([]string{fmt.Sprintf("risk.score == %d", i)}, Variables{})
		require.NoError(t, err)
	}
	compiled.mu.Lock()
	defer compiled.mu.Unlock()
	require.LessOrEqual(t, len(compiled.entries), mostPrograms)
}

// TestDefinitionHasItsOwnPrograms checks that the conditions of a draft do
// not push the conditions of running sessions out of the cache.
func TestDefinitionHasItsOwnPrograms(t *testing.T) {
	t.Parallel()
	const draft = "risk.score == 4711"
	var own Programs
	cost, err := own.Check(draft)
	require.NoError(t, err)
	require.Positive(t, cost)
	index, _, err := own.Evaluate([]string{draft}, Variables{Facts: Facts{Risk: Risk{Score: 4711}}})
	require.NoError(t, err)
	require.Zero(t, index)
	_, shared := compiled.get(draft)
	require.False(t, shared)
	require.Len(t, own.known, 1, "compiled once, to check and to evaluate")

	_, err = own.Check("nobody")
	_, again := own.Check("nobody")
	require.Error(t, err)
	require.Equal(t, err, again, "a condition that does not compile is compiled once")
}
