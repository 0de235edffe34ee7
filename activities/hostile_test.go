package activities_test

import (
	"bytes"
	"compress/gzip"
	"context"
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
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// aloneVariable tells the test binary that it runs one test in its own process.
	aloneVariable = "ACTIVITIES_ALONE"
	// ofEachKind is the number of concurrent exchanges with each kind of receiver.
	ofEachKind = 20
	// exchangeTime is the time limit of an exchange that would never end.
	exchangeTime = 5 * time.Second
	// arrivalTime is how long the test waits for all exchanges to be under way.
	arrivalTime = testkit.Patience
	// openingAtOnce limits the exchanges on the way to their answer. A busy machine needs longer than the client allows
	// for a hundred TLS handshakes at once.
	openingAtOnce = 4
	// flat is the heap growth in bytes allowed for each exchange under way. Buffers at both ends take half of it.
	flat = 200 << 10
)

// large and slow are receivers that try to exhaust the sender's memory or time.
var (
	large = map[string]func(t *testing.T) string{
		"a gigabyte":             gigabyte,
		"a gigabyte over HTTP/2": overHTTP2(gigabytes),
		"a gigabyte, compressed": bomb,
	}
	slow = map[string]func(t *testing.T) string{
		"a byte a second":              bytewise,
		"a byte a second, over HTTP/2": overHTTP2(bytesOneByOne),
	}
)

// The sender reads an answer up to 64 KiB, never decompresses it, and buffers little of it on the way.
func TestHostileReceiversTakeNoMemory(t *testing.T) {
	t.Parallel()
	if os.Getenv(aloneVariable) == "" {
		runAlone(t)
		return
	}
	exchanges := (len(large) + len(slow)) * ofEachKind
	measured, measure := context.WithCancel(t.Context())
	h := &hearing{
		opening: make(chan struct{}, openingAtOnce), arrived: make(chan struct{}, exchanges), done: measured.Done(),
	}
	largeURLs, slowURLs := urlsOf(t, large), urlsOf(t, slow)
	before := heap()
	var underWay sync.WaitGroup
	for _, url := range largeURLs {
		underWay.Go(func() { h.readLarge(t, url) })
	}
	for _, url := range slowURLs {
		underWay.Go(func() { h.readSlow(measured, t, url) })
	}

	h.await(t, exchanges)
	grown := (mostHeap() - before) / int64(exchanges)
	measure()
	underWay.Wait()

	t.Logf("the heap has grown by %d KiB for each of %d exchanges", grown>>10, exchanges)
	require.Less(t, grown, int64(flat))
}

// urlsOf starts ofEachKind receivers of each kind and returns their URLs.
func urlsOf(t *testing.T, receivers map[string]func(*testing.T) string) (urls []string) {
	t.Helper()
	for _, receiver := range receivers {
		for range ofEachKind {
			urls = append(urls, receiver(t))
		}
	}
	return urls
}

// readLarge sends one request to a large receiver and keeps the exchange open until the heap has been measured.
func (h *hearing) readLarge(t *testing.T, url string) {
	answer, err := h.ask(t.Context(), url, outbound.AnswerLimit)
	if err != nil || !answer.Acknowledged || len(answer.Body) != 16<<10 {
		t.Errorf("%s: %d bytes were kept: %v", url, len(answer.Body), err)
	}
}

// readSlow sends one request to a slow receiver and reads its answer until ctx ends.
func (h *hearing) readSlow(ctx context.Context, t *testing.T, url string) {
	if _, err := h.ask(ctx, url, 1); err == nil || ctx.Err() == nil {
		t.Errorf("%s: the exchange ended before the heap was measured: %v", url, err)
	}
}

// ask sends one request and signals the arrival of the given number of bytes. Its time limit is longer than await
// waits, because a busy machine takes seconds to open all connections.
func (h *hearing) ask(ctx context.Context, url string, heard int) (store.Answer, error) {
	h.opening <- struct{}{}
	opened := sync.OnceFunc(func() { <-h.opening })
	defer opened()
	arrive := func() {
		opened()
		h.arrived <- struct{}{}
	}
	client := outbound.NewClient(2*arrivalTime, outbound.Policy{Allow: outbound.Loopback()})
	client.Transport = h.listener(client.Transport, heard, arrive)
	return (&activities.Webhooks{Client: client}).Ask(ctx, url)
}

// The time limit holds for the whole answer, so bytes that trickle in do not extend it.
func TestAnAnswerThatTricklesEndsAtTheTimeLimit(t *testing.T) {
	t.Parallel()
	if os.Getenv(aloneVariable) == "" {
		runAlone(t)
		return
	}
	for name, receiver := range slow {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := outbound.NewClient(exchangeTime, outbound.Policy{Allow: outbound.Loopback()})
			began := time.Now()

			_, err := (&activities.Webhooks{Client: client}).Ask(t.Context(), receiver(t))

			require.Equal(t, "timeout: the endpoint did not answer in time", outbound.Reason(err))
			require.GreaterOrEqual(t, time.Since(began), exchangeTime)
			require.Less(t, time.Since(began), testkit.Patience)
		})
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
	// opening has an entry for each exchange whose answer has not arrived yet.
	opening, arrived chan struct{}
	// done is closed when the exchanges may end.
	done <-chan struct{}
}

func (h *hearing) await(t *testing.T, exchanges int) {
	t.Helper()
	timeout := time.NewTimer(arrivalTime)
	defer timeout.Stop()
	for i := range exchanges {
		select {
		case <-h.arrived:
		case <-timeout.C:
			t.Fatalf("%d of %d exchanges have come to where they should be", i, exchanges)
		}
	}
}

// listener calls arrive when the given number of bytes of an answer has been read.
func (h *hearing) listener(next http.RoundTripper, want int, arrive func()) http.RoundTripper {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.Body = &heardBody{ReadCloser: response.Body, done: h.done, arrive: arrive, left: want}
		}
		return response, err
	})
}

// heardBody fails the test when the sender reads too far, before the machine runs out of memory.
type heardBody struct {
	io.ReadCloser
	done       <-chan struct{}
	arrive     func()
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
			b.arrive()
		}
	}
	return n, err
}

func (b *heardBody) Close() error {
	if b.read >= outbound.AnswerLimit {
		<-b.done
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
