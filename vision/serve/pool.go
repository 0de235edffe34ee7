package serve

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/vision"
)

// pool keeps a number of workers, each of which reads one picture at a time, and starts another one for each that
// ends.
type pool struct {
	options Options
	command []string
	log     *slog.Logger
	idle    chan *process
	queued  atomic.Int64
	running sync.WaitGroup
	closed  context.Context
	stop    context.CancelFunc

	mu       sync.Mutex
	hello    hello // of the worker that started last
	workers  int
	busy     int
	ended    map[string]int
	suspects suspects
}

// newPool starts the workers in the background.
func newPool(ctx context.Context, o Options, command []string) *pool {
	p := &pool{
		options: o, command: command, log: o.Log, idle: make(chan *process, o.Workers),
		ended: map[string]int{}, suspects: newSuspects(time.Now),
	}
	p.closed, p.stop = context.WithCancel(ctx)
	for range o.Workers {
		p.running.Go(p.replace)
	}
	return p
}

// replace starts a worker, and tries again, less and less often, until it succeeds.
func (p *pool) replace() {
	wait := 100 * time.Millisecond
	for p.closed.Err() == nil {
		worker, err := startProcess(p.closed, p.command)
		if err == nil {
			p.welcome(worker)
			return
		}
		if p.closed.Err() != nil {
			return
		}
		p.log.Error("vision: a worker does not start; fewer pictures are read at once until one does",
			"error", err.Error())
		select {
		case <-p.closed.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, 10*time.Second)
	}
}

func (p *pool) welcome(worker *process) {
	p.mu.Lock()
	first := p.hello.Version == ""
	p.hello = worker.hello
	p.workers++
	p.mu.Unlock()
	if first {
		p.log.Info("vision: ready", "version", worker.hello.Version, "workers", p.options.Workers,
			"faces", worker.hello.Faces)
		if worker.hello.ModelFault != "" {
			p.log.Error("vision: the models of faces cannot be used, so faces are not measured",
				"error", worker.hello.ModelFault)
		}
		if len(worker.hello.Open) > 0 {
			p.log.Warn("vision: this system lacks limits for the readers of pictures", "limits", worker.hello.Open)
		}
	}
	p.idle <- worker
}

// read has a worker read a picture. The reason is "" if the outcome is one of the picture.
func (p *pool) read(ctx context.Context, t task, picture []byte) (o outcome, reason string) {
	if p.suspects.convicted(picture) {
		return outcome{Refusal: &vision.ImageError{
			Code: vision.CodeImageInvalid, Message: "two workers have ended over this picture",
		}}, ""
	}
	worker := p.take(ctx)
	if worker == nil {
		return outcome{}, vision.AwayBusy
	}
	p.count(func() { p.busy++ })
	defer p.count(func() { p.busy-- })
	t.Time = p.options.Time
	// The worker ends its readings itself when the time is over; it is killed if it does not.
	asking, cancel := context.WithTimeout(p.closed, p.options.Time+p.options.Time/4+time.Second)
	defer cancel()
	o, err := worker.ask(asking, t, picture)
	if err != nil {
		return outcome{}, p.bury(worker, picture, outcomeOf(asking))
	}
	defer func() { p.idle <- worker }()
	switch o.Failure {
	case "":
		return o, ""
	case vision.AwayTooSlow:
		p.suspect(worker, picture, vision.AwayTooSlow)
		return o, vision.AwayTooSlow
	case vision.AwayModelsMissing:
		return o, vision.AwayModelsMissing
	default:
		p.suspects.add(picture)
		p.log.Error("vision: a reader failed; the attempt is repeated", "error", o.Failure)
		return o, vision.AwayFailed
	}
}

// take waits for a worker without a picture. It returns nil where none becomes free in the time of a picture.
func (p *pool) take(ctx context.Context) *process {
	p.queued.Add(1)
	defer p.queued.Add(-1)
	patience := time.NewTimer(p.options.Time)
	defer patience.Stop()
	select {
	case worker := <-p.idle:
		return worker
	case <-patience.C:
	case <-ctx.Done():
	case <-p.closed.Done():
	}
	return nil
}

// bury ends a worker and starts another one. It returns the reason.
func (p *pool) bury(worker *process, picture []byte, reason string) string {
	if p.closed.Err() != nil { // the server ends, and the picture is not to blame
		worker.end()
		return vision.AwayBusy
	}
	state := worker.end()
	p.suspect(worker, picture, reason)
	p.count(func() {
		p.workers--
		p.ended[reason]++
	})
	p.log.Error("vision: a worker ended over a picture; another one is started, and the attempt is repeated",
		"reason", reason, "worker", state)
	p.running.Go(p.replace)
	return reason
}

// suspect notes that a worker failed over a picture. One that was slow because the machine was busy, and had less than
// half of the time on a processor, is not to blame.
func (p *pool) suspect(worker *process, picture []byte, reason string) {
	if reason != vision.AwayTooSlow || worker.used >= p.options.Time/2 {
		p.suspects.add(picture)
	}
}

func (p *pool) count(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *pool) health() vision.Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	return vision.Health{
		Version: p.hello.Version, Workers: p.workers, Busy: p.busy, Queued: int(p.queued.Load()),
		Ended: maps.Clone(p.ended), Models: p.hello.Models, Faces: p.hello.Faces,
	}
}

// close ends all workers. Requests under way are answered as busy.
func (p *pool) close() {
	p.stop()
	p.running.Wait()
	for {
		select {
		case worker := <-p.idle:
			worker.end()
		default:
			return
		}
	}
}

// suspects remembers up to maxSuspects pictures, each for suspectFor after its last failure.
const (
	maxSuspects = 256
	suspectFor  = 10 * time.Minute
)

// suspects remembers, by keyed hashes, the pictures over which a worker failed. The second time may be an accident of
// its neighbours, the third would be the same again: without an end, a picture that crashes its reader would be read
// for as long as its attempt is repeated. A picture whose workers were killed from outside, as by the kernel for want
// of memory, can be sent again after suspectFor.
type suspects struct {
	mu    *sync.Mutex
	key   [32]byte
	now   func() time.Time
	known map[[32]byte]suspect
	order *[][32]byte
}

// suspect has the number of workers that failed over a picture, and the time of the last failure.
type suspect struct {
	count int
	last  time.Time
}

func newSuspects(now func() time.Time) suspects {
	s := suspects{mu: &sync.Mutex{}, now: now, known: map[[32]byte]suspect{}, order: &[][32]byte{}}
	_, _ = rand.Read(s.key[:])
	return s
}

func (s suspects) hash(picture []byte) [32]byte {
	h := sha256.New()
	h.Write(s.key[:])
	h.Write(picture)
	return [32]byte(h.Sum(nil))
}

func (s suspects) add(picture []byte) {
	id := s.hash(picture)
	s.mu.Lock()
	defer s.mu.Unlock()
	one, known := s.known[id]
	if s.past(one) {
		one.count = 0
	}
	s.known[id] = suspect{one.count + 1, s.now()}
	if known {
		return
	}
	*s.order = append(*s.order, id)
	if len(*s.order) > maxSuspects {
		delete(s.known, (*s.order)[0])
		*s.order = (*s.order)[1:]
	}
}

// past reports whether the last failure is so long ago that it no longer counts.
func (s suspects) past(one suspect) bool { return s.now().Sub(one.last) >= suspectFor }

func (s suspects) convicted(picture []byte) bool {
	s.mu.Lock()
	none := len(s.known) == 0
	s.mu.Unlock()
	if none {
		return false
	}
	id := s.hash(picture)
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.known[id]
	return one.count >= 2 && !s.past(one)
}
