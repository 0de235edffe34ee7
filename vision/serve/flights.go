package serve

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/stile-id/stile/vision"
)

// Answers are kept until nobody has asked for them for keepFor, in memory alone: up to keepDocuments about documents,
// which have a portrait of some 50 kB each, and up to keepFaces about faces, which have some 3 kB. A submission of
// selfie_liveness has 48 pictures, so that the answers about those of twenty are kept at once.
const (
	keepFor       = time.Minute
	keepDocuments = 64
	keepFaces     = 1024
)

// flights are the readings under way, and those that were asked for within the last minute. A caller that gives up asks
// again, because its activity is repeated: the repeat gets the answer of the reading that it has begun, so that a busy
// machine, on which a document takes longer than an activity, still comes to an end.
type flights struct {
	mu   sync.Mutex
	key  [32]byte
	open map[[32]byte]*flight
	kept map[bool]int // answers that are kept: of faces, and of documents
}

// flight is a reading.
type flight struct {
	done   chan struct{} // closed when o and reason are set
	o      outcome
	reason string
	forget *time.Timer // nil until the answer is kept
}

func newFlights() *flights {
	f := &flights{open: map[[32]byte]*flight{}, kept: map[bool]int{}}
	_, _ = rand.Read(f.key[:])
	return f
}

// read returns the answer of an equal request, or that of the function.
func (f *flights) read(ctx context.Context, t task, picture []byte, read func() (outcome, string)) (outcome, string) {
	h := sha256.New()
	h.Write(f.key[:])
	fmt.Fprintf(h, "%s %q %t %q ", t.Side, t.Read, t.Faces, t.FaceRead)
	h.Write(picture)
	id := [32]byte(h.Sum(nil))
	f.mu.Lock()
	if known := f.open[id]; known != nil {
		// The pictures of one submission may take longer than keepFor: its repeats ask for all of them.
		if known.forget != nil && known.forget.Stop() {
			known.forget.Reset(keepFor)
		}
		f.mu.Unlock()
		select {
		case <-known.done:
			return known.o, known.reason
		case <-ctx.Done():
			return outcome{}, vision.AwayBusy
		}
	}
	own := &flight{done: make(chan struct{})}
	f.open[id] = own
	f.mu.Unlock()
	own.o, own.reason = read()
	close(own.done)
	f.mu.Lock()
	defer f.mu.Unlock()
	most := keepDocuments
	if t.Faces {
		most = keepFaces
	}
	if own.reason != "" || f.kept[t.Faces] >= most {
		delete(f.open, id)
		return own.o, own.reason
	}
	f.kept[t.Faces]++
	own.forget = time.AfterFunc(keepFor, func() { f.forget(id, t.Faces) })
	return own.o, own.reason
}

func (f *flights) forget(id [32]byte, ofFaces bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, id)
	f.kept[ofFaces]--
}
