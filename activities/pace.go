package activities

import (
	"cmp"
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

// Class is what a process knows of an endpoint: how it took what it was sent last.
type Class string

// The classes.
const (
	ClassNew     Class = "new"     // nobody has heard of it yet
	ClassPrompt  Class = "prompt"  // it acknowledged, promptly
	ClassSlow    Class = "slow"    // it acknowledged, but not promptly
	ClassFailing Class = "failing" // it did not acknowledge
)

// acknowledges reports whether an endpoint of the class may be trusted to answer.
func (c Class) acknowledges() bool { return c == ClassPrompt || c == ClassSlow }

// Pace remembers, for one process, how endpoints took what they were sent last. It is safe for concurrent use; nil
// remembers nothing.
type Pace struct {
	mu        sync.Mutex
	endpoints *lru.LRU[string, pace]
}

type pace struct {
	class    Class // "" is ClassNew
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
	known := p.of(endpoint)
	return known.class == ClassPrompt && known.underWay < promptAtOnce
}

// class is what is known of the endpoint.
func (p *Pace) class(endpoint string) Class { return cmp.Or(p.of(endpoint).class, ClassNew) }

func (p *Pace) of(endpoint string) pace {
	if p == nil {
		return pace{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, _ := p.endpoints.Get(endpoint)
	return known
}

// begin notes an attempt that is being made; ended notes how it went.
func (p *Pace) begin(endpoint string) (ended func(acknowledged bool)) {
	if p == nil {
		return func(bool) {}
	}
	p.change(endpoint, func(e *pace) { e.underWay++ })
	began := time.Now()
	return func(acknowledged bool) {
		class := classOf(acknowledged, time.Since(began))
		p.change(endpoint, func(e *pace) { e.underWay, e.class = max(e.underWay-1, 0), class })
	}
}

func classOf(acknowledged bool, took time.Duration) Class {
	switch {
	case !acknowledged:
		return ClassFailing
	case took < promptAnswer:
		return ClassPrompt
	default:
		return ClassSlow
	}
}

func (p *Pace) change(endpoint string, edit func(*pace)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, _ := p.endpoints.Get(endpoint)
	edit(&known)
	p.endpoints.Add(endpoint, known)
}
