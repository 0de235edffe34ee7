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
	// aloneVariable tells the test binary that it runs one test in its own process.
	aloneVariable = "ACTIVITIES_ALONE"
	// ofEachKind is the number of concurrent exchanges with each kind of receiver.
	ofEachKind = 20
	// exchangeTime is the time limit of exchanges that would never end.
	exchangeTime = 5 * time.Second
	// flat is the heap growth in bytes allowed for each exchange under way. Buffers at both ends take half of it.
	flat = 200 << 10
)

// hostile are receivers that try to exhaust the sender's memory or time.
var hostile = map[string]struct {
	url func(t *testing.T) string
	// heard is the number of bytes of the answer that have been read when the test measures the heap.
	heard int
}{
	"a gigabyte":                   {gigabyte, outbound.AnswerLimit},
	"a gigabyte over HTTP/2":       {overHTTP2(gigabytes), outbound.AnswerLimit},
	"a gigabyte, compressed":       {bomb, outbound.AnswerLimit},
	"a byte a second":              {bytewise, 1},
	"a byte a second, over HTTP/2": {overHTTP2(bytesOneByOne), 1},
}

// The sender reads an answer up to 64 KiB, never decompresses it, and buffers little of it on the way.
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

// exchange sends one request to the receiver and reads its answer.
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

// An endless answer may begin with an endless header.
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

// runAlone runs the test in its own process, where no other test uses memory and which trusts the receivers'
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

// heap returns the number of live bytes on the heap.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// mostHeap returns the highest heap within a second, in which receivers fill the buffers.
func mostHeap() (most int64) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 20 {
		<-again.C
		most = max(most, heap())
	}
	return most
}

// hearing keeps exchanges open after the sender has read as much as it wants.
type hearing struct {
	arrived chan struct{}
	// done is closed when the exchanges may end.
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

// listener signals when the given number of bytes of an answer has been read.
func (h *hearing) listener(next http.RoundTripper, want int) http.RoundTripper {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.Body = &heardBody{ReadCloser: response.Body, by: h, left: want}
		}
		return response, err
	})
}

// heardBody fails the test when the sender reads too far, before the machine runs out of memory.
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

// chunk is a mebibyte, shared by all receivers.
var chunk = make([]byte, 1<<20)

// gigabytes writes a gigabyte, unless the connection ends first.
func gigabytes(w http.ResponseWriter, _ *http.Request) { repeat(w, chunk) }

// repeat writes part 1,024 times, unless the connection ends first.
func repeat(w io.Writer, part []byte) {
	for range 1 << 10 {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
}

// bomb is a receiver with an answer of a megabyte that would decompress to a gigabyte.
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

// bytesOneByOne writes one byte a second until the connection ends.
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
