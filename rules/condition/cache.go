package condition

import (
	"container/list"
	"sync"
)

// Bounds of the cache of compiled programs. A program takes some kilobytes, and
// about 65 bytes for each character of its condition.
const (
	mostPrograms = 1000
	mostText     = 500_000 // bytes of all conditions together
)

// compiled holds the programs used last. A program depends on its text alone and
// holds no state, and compiling it costs a hundred times more than running it.
var compiled = newCache(mostPrograms, mostText)

// cache keeps the programs used last. It is safe for concurrent use.
type cache struct {
	most, mostText int

	mu      sync.Mutex
	text    int // bytes of the conditions in entries
	entries map[string]*list.Element
	recent  *list.List // of *entry, most recently used first
}

type entry struct {
	expr    string
	program program
}

func newCache(most, mostText int) *cache {
	return &cache{most: most, mostText: mostText, entries: map[string]*list.Element{}, recent: list.New()}
}

// compile returns the program of a condition, from the cache if it is there.
func (c *cache) compile(expr string) (program, error) {
	if known, ok := c.get(expr); ok {
		return known, nil
	}
	made, err := compile(expr)
	if err != nil {
		return program{}, err
	}
	c.put(expr, made)
	return made, nil
}

func (c *cache) get(expr string) (program, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[expr]
	if !ok {
		return program{}, false
	}
	c.recent.MoveToFront(element)
	found, ok := element.Value.(*entry)
	return found.program, ok
}

// put adds a program; where two callers compiled the same one, the first stays.
func (c *cache) put(expr string, p program) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[expr]; ok {
		return
	}
	c.entries[expr] = c.recent.PushFront(&entry{expr: expr, program: p})
	c.text += len(expr)
	for c.recent.Len() > c.most || c.text > c.mostText {
		oldest, ok := c.recent.Remove(c.recent.Back()).(*entry)
		if !ok {
			return
		}
		delete(c.entries, oldest.expr)
		c.text -= len(oldest.expr)
	}
}
