package activities

import (
	"cmp"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// promptAnswer and quickAnswer are the defaults of Answers.
	promptAnswer = time.Second
	quickAnswer  = 200 * time.Millisecond
	// promptAtOnce limits the attempts under way at a prompt endpoint: if the endpoint begins to hang, at most this
	// many attempts hang in the process that runs sessions.
	promptAtOnce = 8
	// paceSize is the number of endpoints that a process remembers, well above the number it serves at a time.
	paceSize = 10_000
)

// Class is how an endpoint treated its last delivery from this process.
type Class string

// The classes.
const (
	ClassNew     Class = "new"     // no delivery has ended yet
	ClassPrompt  Class = "prompt"  // it acknowledged within Answers.Prompt
	ClassSlow    Class = "slow"    // it acknowledged later than that
	ClassFailing Class = "failing" // it did not acknowledge
)

// acknowledges reports whether the endpoint acknowledged its last delivery.
func (c Class) acknowledges() bool { return c == ClassPrompt || c == ClassSlow }

// Pace remembers, for one process, the class of each endpoint. It is safe for concurrent use; a nil Pace remembers
// nothing.
type Pace struct {
	answers   Answers
	mu        sync.Mutex
	endpoints *lru.LRU[string, pace]
}

type pace struct {
	class    Class // "" is ClassNew
	took     time.Duration
	underWay int
}

// Answers are the times within which a prompt and a quick endpoint acknowledge; 0 means 1 s and 200 ms. The task of a
// run lasts as long as its quick attempts.
type Answers struct{ Prompt, Quick time.Duration }

// NewPace returns a Pace that knows no endpoint yet.
func NewPace(answers Answers) *Pace {
	answers.Prompt = cmp.Or(answers.Prompt, promptAnswer)
	answers.Quick = cmp.Or(answers.Quick, quickAnswer)
	endpoints, err := lru.NewLRU[string, pace](paceSize, nil)
	if err != nil {
		panic(err) // a size that is not positive
	}
	return &Pace{answers: answers, endpoints: endpoints}
}

// Prompt reports whether an attempt at the endpoint is expected to end within Answers.Prompt.
func (p *Pace) Prompt(endpoint string) bool {
	return p.of(endpoint).prompt()
}

// Quick reports whether an attempt at the endpoint is expected to end within Answers.Quick.
func (p *Pace) Quick(endpoint string) bool {
	known := p.of(endpoint)
	return known.prompt() && known.took < p.answers.Quick
}

func (e pace) prompt() bool { return e.class == ClassPrompt && e.underWay < promptAtOnce }

// class returns the class of the endpoint, ClassNew if it is unknown.
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

// begin counts an attempt as under way at the endpoint. The caller calls ended once, with the result.
func (p *Pace) begin(endpoint string) (ended func(acknowledged bool)) {
	if p == nil {
		return func(bool) {}
	}
	p.change(endpoint, func(e *pace) { e.underWay++ })
	began := time.Now()
	return func(acknowledged bool) {
		took := time.Since(began)
		p.change(endpoint, func(e *pace) {
			e.underWay, e.class, e.took = max(e.underWay-1, 0), p.answers.class(acknowledged, took), took
		})
	}
}

func (a Answers) class(acknowledged bool, took time.Duration) Class {
	switch {
	case !acknowledged:
		return ClassFailing
	case took < a.Prompt:
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
