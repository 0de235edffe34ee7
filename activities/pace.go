package activities

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// promptAnswer is how fast an endpoint answers that counts as prompt.
	promptAnswer = time.Second
	// promptAtOnce bounds the attempts under way at an endpoint that counts as prompt: if it stops being that, no more
	// than these hang where sessions run.
	promptAtOnce = 8
	// paceSize is well beyond the number of endpoints that one process serves at a time.
	paceSize = 10_000
)

// Pace remembers, for one process, which endpoints acknowledged promptly what they were sent last. It is safe for
// concurrent use; nil remembers nothing.
type Pace struct {
	mu        sync.Mutex
	endpoints *lru.LRU[string, pace]
}

type pace struct {
	prompt   bool
	underWay int
}

// NewPace knows no endpoint yet.
func NewPace() *Pace {
	endpoints, err := lru.NewLRU[string, pace](paceSize, nil)
	if err != nil {
		panic(err) // a size that is not positive
	}
	return &Pace{endpoints: endpoints}
}

// Prompt reports whether an attempt at the endpoint may be expected to be over in no time.
func (p *Pace) Prompt(endpoint string) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, _ := p.endpoints.Get(endpoint)
	return known.prompt && known.underWay < promptAtOnce
}

// begin notes an attempt that is being made; ended notes how it went.
func (p *Pace) begin(endpoint string) (ended func(acknowledged bool)) {
	if p == nil {
		return func(bool) {}
	}
	p.change(endpoint, func(e *pace) { e.underWay++ })
	began := time.Now()
	return func(acknowledged bool) {
		prompt := acknowledged && time.Since(began) < promptAnswer
		p.change(endpoint, func(e *pace) { e.underWay, e.prompt = max(e.underWay-1, 0), prompt })
	}
}

func (p *Pace) change(endpoint string, edit func(*pace)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, _ := p.endpoints.Get(endpoint)
	edit(&known)
	p.endpoints.Add(endpoint, known)
}
