package activities_test

import (
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
)

const (
	// aloneVariable says that this process runs one test and nothing else.
	aloneVariable = "ACTIVITIES_ALONE"
	// ofEachKind is how many receivers of each kind are sent to at once.
	ofEachKind = 20
	// exchangeTime is what those have who would take for ever.
	exchangeTime = 5 * time.Second
	// flat is how much the heap may grow for each exchange under way. Buffers take half of it, at both of its ends.
	flat = 200 << 10
)

// hostile are receivers that would have all of the memory, or all of the time, of who hears them out.
var hostile = map[string]struct {
	url func(t *testing.T) string
	// heard is how much of the answer has been heard when the exchange is looked at.
	heard int
}{
	"a gigabyte":                   {gigabyte, outbound.AnswerLimit},
	"a gigabyte over HTTP/2":       {overHTTP2(gigabytes), outbound.AnswerLimit},
	"a gigabyte, compressed":       {bomb, outbound.AnswerLimit},
	"a byte a second":              {bytewise, 1},
	"a byte a second, over HTTP/2": {overHTTP2(bytesOneByOne), 1},
}

// What a receiver answers is heard as far as 64 KiB, and never decompressed; what buffers it on the way there is small.
func TestHostileReceiversTakeNoMemory(t *testing.T) {
	t.Parallel()
	if os.Getenv(aloneVariable) == "" {
		runAlone(t)
		return
	}
	exchanges := len(hostile) * ofEachKind
	h := &hearing{arrived: make(chan struct{}, exchanges), done: make(chan struct{})}
	urls := map[string][]string{}
	for name, receiver := range hostile {
		for range ofEachKind {
			urls[name] = append(urls[name], receiver.url(t))
		}
	}
	before := heap()
	var underWay sync.WaitGroup
	for name, receiver := range hostile {
		for _, url := range urls[name] {
			underWay.Go(func() { h.exchange(t, name, url, receiver.heard) })
		}
	}

	h.await(t, exchanges)
	grown := (mostHeap() - before) / int64(exchanges)
	close(h.done)
	underWay.Wait()

	t.Logf("the heap has grown by %d KiB for each of %d exchanges", grown>>10, exchanges)
	require.Less(t, grown, int64(flat))
}

// exchange sends to the receiver and hears it out.
func (h *hearing) exchange(t *testing.T, name, url string, heard int) {
	limit := time.Minute
	if heard < outbound.AnswerLimit {
		limit = exchangeTime
	}
	client := outbound.NewClient(limit, outbound.Policy{Allow: outbound.Loopback()})
	client.Transport = h.listener(client.Transport, heard)
	began := time.Now()
	answer, err := (&activities.Webhooks{Client: client}).Ask(t.Context(), url)
	took := time.Since(began)
	switch {
	case heard == outbound.AnswerLimit:
		if err != nil || !answer.Acknowledged || len(answer.Body) != 16<<10 {
			t.Errorf("%s: %d bytes were kept: %v", name, len(answer.Body), err)
		}
	case err == nil || outbound.Reason(err) != "timeout: the endpoint did not answer in time":
		t.Errorf("%s: %v", name, err)
	case took < exchangeTime || took > 10*exchangeTime:
		t.Errorf("%s: the exchange took %s", name, took)
	}
}

// An answer that has no end may begin with its header.
func TestAHeaderOverHTTP2IsBounded(t *testing.T) {
	t.Parallel()
	if os.Getenv(aloneVariable) == "" {
		runAlone(t)
		return
	}
	var reached atomic.Bool
	at := overHTTP2(func(w http.ResponseWriter, _ *http.Request) {
		reached.Store(true)
		w.Header().Set("X-Long", strings.Repeat("x", len(chunk)))
	})

	delivery := newPost(t).attempt(t, at(t))

	require.True(t, reached.Load())
	require.Equal(t, models.DeliveryFailed, delivery.Status)
	require.Equal(t, "answer: not valid HTTP, or with headers of more than 64 KiB", *delivery.Error)
}

// runAlone runs the test in a process of its own, where nobody else takes memory, and which trusts the receivers'
// certificate.
func runAlone(t *testing.T) {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(roots, block, 0o600))
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), aloneVariable+"=1", "SSL_CERT_FILE="+roots)

	output, err := child.CombinedOutput()

	t.Logf("%s", output)
	require.NoError(t, err)
	require.Contains(t, string(output), "--- PASS: "+t.Name())
}

// heap is how much is alive.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// mostHeap is the most that is alive within a second, in which receivers fill what buffers there are.
func mostHeap() (most int64) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 20 {
		<-again.C
		most = max(most, heap())
	}
	return most
}

// hearing keeps exchanges as they are when all has been heard that anybody cares for.
type hearing struct {
	arrived chan struct{}
	// done is closed when these may end.
	done chan struct{}
}

func (h *hearing) await(t *testing.T, exchanges int) {
	t.Helper()
	timeout := time.NewTimer(time.Minute)
	defer timeout.Stop()
	for i := range exchanges {
		select {
		case <-h.arrived:
		case <-timeout.C:
			t.Fatalf("%d of %d exchanges have come to where they should be", i, exchanges)
		}
	}
}

// listener tells when as much as that of an answer has been heard.
func (h *hearing) listener(next http.RoundTripper, want int) http.RoundTripper {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.Body = &heardBody{ReadCloser: response.Body, by: h, left: want}
		}
		return response, err
	})
}

// heardBody stops who reads on, so that the test fails before the machine does.
type heardBody struct {
	io.ReadCloser
	by         *hearing
	left, read int
}

var errTooMuch = errors.New("more was read than anybody cares for")

func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read += n; b.read > outbound.AnswerLimit {
		return n, errTooMuch
	}
	if b.left > 0 {
		if b.left -= n; b.left <= 0 {
			b.by.arrived <- struct{}{}
		}
	}
	return n, err
}

func (b *heardBody) Close() error {
	if b.read >= outbound.AnswerLimit {
		<-b.by.done
	}
	return b.ReadCloser.Close()
}

func gigabyte(t *testing.T) string {
	t.Helper()
	return serve(t, gigabytes)
}

// chunk is a mebibyte that all share.
var chunk = make([]byte, 1<<20)

// gigabytes writes one, for as long as anybody listens.
func gigabytes(w http.ResponseWriter, _ *http.Request) { repeat(w, chunk) }

// repeat says the same a thousand times, for as long as anybody listens.
func repeat(w io.Writer, part []byte) {
	for range 1 << 10 {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
}

// bomb is a receiver whose answer, a megabyte, would be a gigabyte decompressed.
func bomb(t *testing.T) string {
	t.Helper()
	part := compressed(t, chunk)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("an answer that is compressed was asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		repeat(w, part)
	})
}

func compressed(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(plain)
	require.NoError(t, errors.Join(err, w.Close()))
	return out.Bytes()
}

func bytewise(t *testing.T) string {
	t.Helper()
	return serve(t, bytesOneByOne)
}

// bytesOneByOne says one a second, for as long as anybody listens.
func bytesOneByOne(w http.ResponseWriter, r *http.Request) {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		_, _ = io.WriteString(w, "a")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-again.C:
		case <-r.Context().Done():
			return
		}
	}
}

func overHTTP2(handle http.HandlerFunc) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != 2 {
				t.Errorf("the request came over %s", r.Proto)
			}
			handle(w, r)
		}))
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL
	}
}
