//go:build linux

package serve

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
	"github.com/stile-id/stile/vision/imaging"
)

// hostileRole makes this test binary a vision process with readings that misbehave; shippedRole with those that ship.
const (
	hostileRole = "vision-of-hostile-readings"
	shippedRole = "vision-of-shipped-readings"
)

// secret is a word that a picture could contain.
const secret = "CANARYERIKSSON"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == hostileRole || os.Args[1] == shippedRole) {
		open := shipped
		if os.Args[1] == hostileRole {
			open = hostile
		}
		if err := run(context.Background(), open, os.Args[1:2], os.Args[2:], os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// hostile are readers that misbehave.
func hostile(workerSettings) readers {
	return readers{documents: hostileReadings(), faces: hostileFaces{}}
}

// hostileFaces finds a face that is as wide as its picture, and fails to compare it.
type hostileFaces struct{}

func (hostileFaces) Readings() []vision.FaceRead {
	return []vision.FaceRead{vision.ReadFaceAge, vision.ReadFaceEmbedding}
}
func (hostileFaces) Models() map[string]string { return map[string]string{"hostile": "cafe"} }
func (hostileFaces) Version() string           { return "hostile faces" }

func (hostileFaces) Read(
	_ context.Context, p *imaging.Picture, read []vision.FaceRead,
) (*vision.Faces, error) {
	if len(read) == 1 && read[0] == vision.ReadFaceEmbedding {
		panic(secret)
	}
	return &vision.Faces{Width: p.Width, Height: p.Height, Count: len(read), Faces: []vision.Face{{
		Box: vision.Box{0, 0, p.Width, p.Height},
	}}}, nil
}

// hostileReadings behave as badly as a decoder that a picture has taken over.
func hostileReadings() []reading {
	bad := func(r vision.Read, analyse Analyser) reading {
		return reading{r, func() string { return "hostile " + string(r) }, analyse}
	}
	return []reading{
		bad(vision.ReadQuality, func(context.Context, *imaging.Picture, *vision.Document) error {
			go panic("a crash with " + secret)
			select {}
		}),
		bad(vision.ReadCard, func(context.Context, *imaging.Picture, *vision.Document) error {
			all := []byte(secret)
			for {
				all = append(all, all...)
			}
		}),
		bad(vision.ReadZone, func(context.Context, *imaging.Picture, *vision.Document) error {
			for { //nolint:staticcheck // it ignores its context
			}
		}),
		bad(vision.ReadBarcode, func(ctx context.Context, _ *imaging.Picture, out *vision.Document) error {
			out.Barcode = &vision.Barcode{Data: []byte(escape(ctx))}
			return nil
		}),
		bad(vision.ReadText, func(context.Context, *imaging.Picture, *vision.Document) error {
			panic(secret)
		}),
		bad(vision.ReadPortrait, func(context.Context, *imaging.Picture, *vision.Document) error {
			return errors.New("the reader has a fault")
		}),
	}
}

// escape tries the ways out of a taken-over worker, and reports those that are open.
func escape(ctx context.Context) string {
	var open []string
	try := func(name string, err error) {
		if err == nil {
			open = append(open, name)
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err == nil {
		_ = listener.Close()
	}
	try("listen", err)
	_, err = (&net.Dialer{}).DialContext(ctx, "udp", "127.0.0.1:53")
	try("dial", err)
	_, err = os.Create(filepath.Join(os.TempDir(), "escape"))
	try("create a file", err)
	try("make a folder", os.Mkdir(filepath.Join(os.TempDir(), "escape-folder"), 0o700))
	_, err = os.OpenFile("/dev/null", os.O_RDWR, 0)
	try("write to a device", err)
	try("remove a file", os.Remove(os.Args[0]))
	if len(os.Environ()) > 1 {
		open = append(open, "environment: "+strings.Join(os.Environ(), " "))
	}
	open = append(open, limits()...)
	return strings.Join(open, "; ")
}

// limits returns the limits of this process that are not set.
func limits() (open []string) {
	status, _ := os.ReadFile("/proc/self/limits")
	for name, want := range map[string]string{"Max core file size": "0", "Max file size": "0"} {
		_, line, _ := strings.Cut(string(status), name)
		if fields := strings.Fields(line); len(fields) < 2 || fields[0] != want || fields[1] != want {
			open = append(open, name)
		}
	}
	threads, _ := filepath.Glob("/proc/self/task/*/status")
	for _, thread := range threads {
		status, err := os.ReadFile(thread)
		if err == nil && !(bytes.Contains(status, []byte("\nNoNewPrivs:\t1\n")) &&
			bytes.Contains(status, []byte("\nSeccomp:\t2\n"))) {
			open = append(open, "system calls of a thread")
		}
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); dumpable != 0 || err != nil {
		open = append(open, "other processes may read the memory")
	}
	files, _ := os.ReadDir("/proc/self/fd")
	for _, file := range files {
		target, err := os.Readlink("/proc/self/fd/" + file.Name())
		if err == nil && !strings.HasPrefix(target, "pipe:") && !strings.HasPrefix(target, "anon_inode:") &&
			!strings.HasPrefix(target, "/sys/fs/cgroup/") { // the Go runtime reads the quota of processors
			open = append(open, target)
		}
	}
	return open
}

// buffer takes the log of a process.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start starts a vision process and returns its client and its log. A picture may take as long as a busy machine needs,
// unless o.Time is set.
func start(t *testing.T, role string, o child.Options) (*vision.Client, *buffer) {
	t.Helper()
	log := &buffer{}
	o.Time = cmp.Or(o.Time, testkit.Patience)
	o.Command, o.Output, o.Log = []string{os.Args[0], role}, log, slog.New(slog.NewTextHandler(log, nil))
	kept, err := child.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Stop()) })
	c, err := vision.NewClient(vision.Options{URL: kept.URL(), Timeout: testkit.Patience})
	require.NoError(t, err)
	go c.Watch(t.Context(), time.Minute)
	<-c.Known()
	require.Empty(t, c.Unavailable())
	return c, log
}

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, 30, 20))))
	return out.Bytes()
}

// another returns a picture that no test has sent before: decoders do not read its end.
func another(t *testing.T) []byte {
	t.Helper()
	return append(picture(t), rand.Text()...)
}

func requireAway(t *testing.T, err error, reason string) {
	t.Helper()
	var away *vision.AwayError
	require.ErrorAs(t, err, &away)
	require.Equal(t, reason, away.Reason)
}

// healthy fails unless the process reads a picture. On a busy machine it may take more than the time of a picture.
func healthy(t *testing.T, c *vision.Client) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		doc, err := c.Document(t.Context(), vision.Back, another(t), vision.ReadBarcode)
		var away *vision.AwayError
		if errors.As(err, &away) && (away.Reason == vision.AwayTooSlow || away.Reason == vision.AwayBusy) {
			return false
		}
		require.NoError(t, err)
		require.Equal(t, [2]int{30, 20}, [2]int{doc.Width, doc.Height})
		return true
	})
}

func TestAPictureThatEndsItsWorkerCostsItsOwnAttempt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read   vision.Read
		reason string
		logged string
	}{
		"a crash":          {vision.ReadQuality, vision.AwayCrashed, ": panic serve/serve_test.go:"},
		"too much":         {vision.ReadCard, vision.AwayCrashed, "out of memory"},
		"no end":           {vision.ReadZone, vision.AwayTooSlow, "too_slow"},
		"a panic":          {vision.ReadText, vision.AwayFailed, "hostileReadings"},
		"a reader's error": {vision.ReadPortrait, vision.AwayFailed, "portrait: the reader has a fault"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := child.Options{Workers: 2, Memory: 400}
			if c.reason == vision.AwayTooSlow {
				o.Time = time.Second
			}
			client, log := start(t, hostileRole, o)
			bad := another(t)
			for range 2 {
				_, err := client.Document(t.Context(), vision.Front, bad, c.read)
				requireAway(t, err, c.reason)
				healthy(t, client)
			}
			if c.reason != vision.AwayTooSlow { // which depends on the load of the machine
				_, err := client.Document(t.Context(), vision.Front, bad, c.read)
				var refused *vision.ImageError
				require.ErrorAs(t, err, &refused, "the third time")
				require.Equal(t, vision.CodeImageInvalid, refused.Code)
			}
			assert.Contains(t, log.String(), c.logged)
			assert.NotContains(t, log.String(), secret)
		})
	}
}

func TestARepeatGetsTheAnswerOfTheReadingThatItsCallerHasBegun(t *testing.T) {
	t.Parallel()
	f := newFlights()
	front := task{Side: vision.Front, Read: []vision.Read{vision.ReadZone}}
	begun, finish, first := make(chan struct{}), make(chan struct{}), make(chan string, 1)
	read := func() (outcome, string) {
		close(begun)
		<-finish
		return outcome{Document: &vision.Document{Width: 7}}, ""
	}
	go func() {
		_, reason := f.read(t.Context(), front, []byte("picture"), read)
		first <- reason
	}()
	<-begun
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	never := func() (outcome, string) { panic("it is read twice") }
	_, reason := f.read(gone, front, []byte("picture"), never)
	require.Equal(t, vision.AwayBusy, reason)
	close(finish)
	require.Empty(t, <-first)
	o, reason := f.read(t.Context(), front, []byte("picture"), never)
	require.Empty(t, reason)
	require.Equal(t, 7, o.Document.Width)

	back := front
	back.Side = vision.Back
	for range 2 { // a failure is not kept, and another side is another request
		_, reason = f.read(t.Context(), back, []byte("picture"), func() (outcome, string) {
			return outcome{}, vision.AwayCrashed
		})
		require.Equal(t, vision.AwayCrashed, reason)
	}
	require.Len(t, f.open, 1)
}

func TestASlowPictureIsToBlameIfItHadTheProcessor(t *testing.T) {
	t.Parallel()
	p := &pool{options: Options{Time: 20 * time.Second}, suspects: newSuspects(time.Now)}
	for range 9 {
		p.suspect(&process{used: 9 * time.Second}, []byte("starved"), vision.AwayTooSlow)
	}
	require.False(t, p.suspects.convicted([]byte("starved")))
	for range 2 {
		require.False(t, p.suspects.convicted([]byte("slow")))
		p.suspect(&process{used: 11 * time.Second}, []byte("slow"), vision.AwayTooSlow)
	}
	require.True(t, p.suspects.convicted([]byte("slow")))
	for i := range 2 * maxSuspects {
		p.suspects.add([]byte{byte(i), byte(i >> 8)})
	}
	require.False(t, p.suspects.convicted([]byte("slow")), "it has been forgotten")
}

func TestAPictureIsReadAgainSomeTimeAfterItsWorkersWereKilled(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 29, 12, 0, 0, 0, time.UTC)
	s := newSuspects(func() time.Time { return now })
	picture := []byte("picture")
	s.add(picture)
	now = now.Add(suspectFor - time.Second)
	s.add(picture)
	now = now.Add(suspectFor - time.Second)
	require.True(t, s.convicted(picture))
	now = now.Add(time.Second)
	require.False(t, s.convicted(picture))
	s.add(picture)
	require.False(t, s.convicted(picture), "the failures before no longer count")
	s.add(picture)
	require.True(t, s.convicted(picture))
	require.Len(t, *s.order, 1)
}

func TestAServerLeavesNoCoreDump(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "s")
	server := exec.Command(os.Args[0], shippedRole, "--listen", "unix:"+socket, "--workers", "1")
	server.Stderr = io.Discard
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		require.NoError(t, server.Process.Kill())
		require.Error(t, server.Wait())
	})
	client, err := vision.NewClient(vision.Options{URL: "unix:" + socket})
	require.NoError(t, err)
	go client.Watch(t.Context(), time.Minute)
	<-client.Known()
	require.Empty(t, client.Unavailable())
	folder := fmt.Sprintf("/proc/%d", server.Process.Pid)
	require.Equal(t, []string{"0 0 bytes"}, fields(t, folder+"/limits", "Max core file size"), "soft and hard")
	require.Equal(t, []string{"1"}, fields(t, folder+"/task/*/status", "NoNewPrivs:"), "of every thread")
	owner, err := os.Stat(folder + "/mem")
	require.NoError(t, err)
	require.Zero(t, owner.Sys().(*syscall.Stat_t).Uid, "of a process that cannot be traced the kernel owns the files")
}

// fields returns the different values that follow the name at the beginning of a line, in the files of a pattern.
func fields(t *testing.T, pattern, name string) (values []string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, syscall.ESRCH) || errors.Is(err, os.ErrNotExist) {
			continue // a thread that has ended
		}
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if value, found := strings.CutPrefix(line, name); found {
				values = append(values, strings.Join(strings.Fields(value), " "))
			}
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func TestAWorkerReachesNothing(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://stile:"+secret+"@localhost")
	client, _ := start(t, hostileRole, child.Options{Workers: 1})
	doc, err := client.Document(t.Context(), vision.Front, picture(t), vision.ReadBarcode)
	require.NoError(t, err)
	require.Empty(t, string(doc.Barcode.Data))
}

func TestFacesAreMeasuredByTheReadingsThatHaveModels(t *testing.T) {
	t.Parallel()
	client, log := start(t, hostileRole, child.Options{Workers: 1})
	require.Empty(t, client.FacesUnavailable(vision.ReadFaceAge))
	require.Contains(t, client.FacesUnavailable(vision.ReadFaceAge, vision.ReadFaceSkin), "no model for skin")
	state, _ := client.State()
	require.Equal(t, map[string]string{"hostile": "cafe"}, state.Models)

	faces, err := client.Faces(t.Context(), picture(t))
	require.NoError(t, err)
	require.Contains(t, faces.Version, "hostile faces")
	require.Equal(t, 2, faces.Count, "all readings that can be made")
	require.Equal(t, vision.Box{0, 0, 30, 20}, faces.Faces[0].Box)
	doc, err := client.Document(t.Context(), vision.Front, picture(t), vision.ReadBarcode)
	require.NoError(t, err, "the same picture, as a document")
	require.NotNil(t, doc.Barcode)

	_, err = client.Faces(t.Context(), picture(t), vision.ReadFaceAge, vision.ReadFaceSkin)
	requireAway(t, err, vision.AwayModelsMissing)
	_, err = client.Faces(t.Context(), []byte("no picture"), vision.ReadFaceAge)
	var refused *vision.ImageError
	require.ErrorAs(t, err, &refused)
	_, err = client.Faces(t.Context(), picture(t), vision.ReadFaceEmbedding)
	requireAway(t, err, vision.AwayFailed)
	require.NotContains(t, log.String(), secret)
}

func TestWithoutModelsDocumentsAreReadAndFacesAreNot(t *testing.T) {
	t.Parallel()
	client, _ := start(t, shippedRole, child.Options{Workers: 1, Models: filepath.Join(t.TempDir(), "none")})
	healthy(t, client)
	require.Contains(t, client.FacesUnavailable(vision.ReadFaceAge), "stile-vision models install")
	for range 3 { // it is no fault of the picture
		_, err := client.Faces(t.Context(), picture(t))
		requireAway(t, err, vision.AwayModelsMissing)
	}
}

func TestRequestsBeyondTheQueueAreRefused(t *testing.T) {
	t.Parallel()
	p := newTestServer(t, Options{Workers: 1, Queue: 0, Memory: 512 << 20, Time: time.Minute})
	p.server.bodies <- struct{}{} // another request has the only place
	require.ErrorContains(t, p.post(t, "front", bytes.NewReader(picture(t))), "busy")
	<-p.server.bodies
	require.NoError(t, p.post(t, "front", bytes.NewReader(picture(t))))
}

func TestBadRequestsNameTheirParameter(t *testing.T) {
	t.Parallel()
	p := newTestServer(t, Options{Workers: 1, Memory: 512 << 20, Time: 5 * time.Second})
	require.ErrorContains(t, p.post(t, "left", bytes.NewReader(picture(t))), "parameter_invalid: side must be")
	require.ErrorContains(t, p.post(t, "front&read=zone,soul", bytes.NewReader(picture(t))), "be a list of quality,")
	faces := "/v1/faces?read=age,soul"
	require.ErrorContains(t, p.postTo(t, faces, bytes.NewReader(picture(t))), "be a list of landmarks,")
	require.ErrorContains(t, p.post(t, "front", bytes.NewReader(nil)), vision.CodeImageUnsupported)
	require.ErrorContains(t, p.post(t, "front", io.LimitReader(zeros{}, imaging.MaxBytes+1)), vision.CodeImageTooLarge)
}

func TestWorkersEndWithTheirServer(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "s")
	server := exec.Command(os.Args[0], hostileRole, "--listen", "unix:"+socket, "--workers", "2", "--time", "1m")
	server.Stderr = io.Discard
	require.NoError(t, server.Start())
	client, err := vision.NewClient(vision.Options{URL: "unix:" + socket})
	require.NoError(t, err)
	go client.Watch(t.Context(), time.Minute)
	<-client.Known()
	reading := make(chan error, 1)
	go func() { // one worker is busy, without an end
		_, err := client.Document(t.Context(), vision.Front, picture(t), vision.ReadZone)
		reading <- err
	}()
	var ends []unix.PollFd
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", server.Process.Pid))
	require.NoError(t, err)
	var children []string
	for _, task := range tasks {
		list, err := os.ReadFile(task)
		require.NoError(t, err)
		children = append(children, strings.Fields(string(list))...)
	}
	for _, pid := range children {
		number, err := strconv.Atoi(pid)
		require.NoError(t, err)
		fd, err := unix.PidfdOpen(number, 0)
		require.NoError(t, err)
		ends = append(ends, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	require.NotEmpty(t, ends)
	require.NoError(t, server.Process.Kill())
	require.Error(t, server.Wait())
	requireAway(t, <-reading, "it does not answer")
	for i := range ends {
		n, err := unix.Poll(ends[i:i+1], 10_000)
		require.NoError(t, err)
		require.Equal(t, 1, n, "a worker outlives its server")
		require.NoError(t, unix.Close(int(ends[i].Fd)))
	}
}
