package condition

import (
	"container/list"
	"sync"

	"cel.dev/cel-go/cel"
)

// mostPrograms is how many compiled conditions are kept, each a few kilobytes.
const mostPrograms = 1000

// compiled holds the programs of the whole process: a program depends on its
// text alone, holds no state, and costs a hundred times more to compile than to
// run.
var compiled = newCache(mostPrograms)

// cache keeps the programs used last. It is safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	most    int
	entries map[string]*list.Element
	recent  *list.List // of *entry, the one used last in front
}

type entry struct {
	expr    string
	program cel.Program
}

func newCache(most int) *cache {
	return &cache{most: most, entries: map[string]*list.Element{}, recent: list.New()}
}

func (c *cache) get(expr string) (cel.Program, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[expr]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(element)
	found, ok := element.Value.(*entry)
	return found.program, ok
}

// put adds a program; where two callers compiled the same one, the first stays.
func (c *cache) put(expr string, program cel.Program) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[expr]; ok {
		return
	}
	c.entries[expr] = c.recent.PushFront(&entry{expr: expr, program: program})
	if c.recent.Len() <= c.most {
		return
	}
	if oldest, ok := c.recent.Remove(c.recent.Back()).(*entry); ok {
		delete(c.entries, oldest.expr)
	}
}
