//go:build linux

package serve

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
)

// shippedWorker starts one worker with the readings that ship.
func shippedWorker(t *testing.T, memory int64) *process {
	t.Helper()
	worker, err := startProcess(t.Context(), append([]string{os.Args[0], shippedRole},
		workerSettings{memory: memory << 20}.arguments()...))
	require.NoError(t, err)
	t.Cleanup(func() { worker.end() })
	require.Empty(t, worker.hello.Open, "limits that are not set")
	return worker
}

// mutate returns a copy of a file with a few bytes changed, cut out, doubled or cut off.
func mutate(r *rand.Rand, file []byte) []byte {
	out := append([]byte{}, file...)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(out))
		switch r.IntN(6) {
		case 0:
			out = out[:max(1, at)]
		case 1:
			end := min(len(out), at+1+r.IntN(16))
			out = append(out[:at:at], out[end:]...)
		case 2:
			end := min(len(out), at+1+r.IntN(64))
			out = append(out[:end:end], out[at:]...)
		case 3:
			out[at] = []byte{0, 1, 0x7F, 0x80, 0xFF}[r.IntN(5)]
		default:
			out[at] ^= 1 << r.IntN(8)
		}
		if len(out) == 0 {
			out = []byte{0xFF}
		}
	}
	return out
}

func TestTenThousandMutationsEndNoWorker(t *testing.T) {
	t.Parallel()
	var seeds [][]byte
	names, err := filepath.Glob("../imaging/testdata/*.*")
	require.NoError(t, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		seeds = append(seeds, data)
	}
	require.Greater(t, len(seeds), 8)
	worker := shippedWorker(t, 400)
	r := rand.New(rand.NewPCG(1, 18))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	decoded := 0
	for i := range 10_000 {
		var reads []vision.Read // one in a hundred is read, too, which takes most of the time
		if i%100 == 0 {
			reads = vision.ReadAll()
		}
		o, err := worker.ask(ctx, task{Side: vision.Front, Read: reads, Time: time.Minute}, mutate(r, seeds[i%len(seeds)]))
		require.NoError(t, err, "mutation %d", i)
		require.Empty(t, o.Failure, "mutation %d", i)
		if o.Document != nil {
			decoded++
		}
	}
	require.Greater(t, decoded, 1000, "mutations that still decode")
	require.Less(t, decoded, 9000)
}

func TestTheProcessReadsASpecimen(t *testing.T) {
	t.Parallel()
	client, log := start(t, shippedRole, child.Options{Workers: 1})
	page := specimen.New(specimen.Passport, 7).Front()
	photo := specimen.Photograph(page, specimen.Shot{Seed: 7})
	doc, err := client.Document(t.Context(), vision.Front, specimen.JPEG(photo, 90))
	require.NoError(t, err, log.String())
	require.NotNil(t, doc.Card)
	require.NotNil(t, doc.Quality)
	require.NotNil(t, doc.Zone)
	require.NotNil(t, doc.Portrait)
	require.NotContains(t, log.String(), doc.Zone.Lines[1])
}
