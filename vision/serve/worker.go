package serve

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// protocol is the version of the answers' form and of the decoding.
const protocol = "stile-vision 1"

// hello is the first message of a worker.
type hello struct {
	Version string `json:"version"`
	// Open names the limits that this machine cannot set.
	Open []string `json:"open,omitempty"`
}

// task is the message before a picture.
type task struct {
	Side vision.Side   `json:"side"`
	Read []vision.Read `json:"read"`
	// Time is how long the worker may take.
	Time time.Duration `json:"time"`
}

// outcome is the answer to a task: one member is set.
type outcome struct {
	Document *vision.Document   `json:"document,omitempty"`
	Refusal  *vision.ImageError `json:"refusal,omitempty"`
	// Failure names a fault of the worker, and its place in the code, for the log.
	Failure string `json:"failure,omitempty"`
	// Spent is the time of the processor that the worker and its programs have taken since its start.
	Spent time.Duration `json:"spent"`
}

// spent returns the time of the processor that this process and the programs that it has started have taken.
func spent() (total time.Duration) {
	for _, whose := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if syscall.Getrusage(whose, &usage) == nil {
			total += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		}
	}
	return total
}

// largePicture is the size of a file, in bytes, after which a worker gives its memory back to the system.
const largePicture = 64 << 10

// maxFrame is the longest message between a server and a worker: a picture.
const maxFrame = imaging.MaxBytes + 1<<20

func writeFrame(w io.Writer, data []byte) error {
	length := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	if _, err := w.Write(length); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

func readFrame(r io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxFrame {
		return nil, fmt.Errorf("a message of %d bytes is too long", n)
	}
	data := make([]byte, n)
	_, err := io.ReadFull(r, data)
	return data, err
}

func writeJSON(w io.Writer, message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return writeFrame(w, data)
}

func readJSON(r io.Reader, message any) error {
	data, err := readFrame(r)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, message)
}

// workerProcess is the main function of a worker: it limits the process, then reads a picture at a time from in until
// in ends.
func workerProcess(ctx context.Context, memory int64, list []reading, in io.Reader, out io.Writer) error {
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(memory / 4 * 3) // the collector works before the system refuses
	version := versionOf(list)           // before the limits: it may look for programs
	open := confine(memory)
	if err := writeJSON(out, hello{Version: version, Open: open}); err != nil {
		return err
	}
	in = bufio.NewReaderSize(in, 1<<16)
	for {
		var t task
		if err := readJSON(in, &t); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		picture, err := readFrame(in)
		if err != nil {
			return err
		}
		o := read(ctx, list, version, t, picture)
		o.Spent = spent()
		if err := writeJSON(out, o); err != nil {
			return err
		}
		if len(picture) > largePicture {
			debug.FreeOSMemory() // an idle worker holds no picture
		}
	}
}

// versionOf names the protocol and all readings.
func versionOf(list []reading) string {
	names := []string{protocol}
	for _, r := range list {
		if name := r.version(); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// read decodes a picture and runs the readings that the task asks for.
func read(ctx context.Context, list []reading, version string, t task, picture []byte) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, t.Time)
	defer cancel()
	defer func() {
		if recover() != nil { // its value may repeat a part of the picture
			o = outcome{Failure: "panic" + place()}
		}
	}()
	p, err := imaging.Decode(ctx, picture)
	if err != nil {
		return failed("decode", err)
	}
	doc := &vision.Document{Version: version, Width: p.Width, Height: p.Height}
	for _, r := range list {
		if !slices.Contains(t.Read, r.read) {
			continue
		}
		if err := r.analyse(ctx, p, doc); err != nil {
			return failed(string(r.read), err)
		}
	}
	return outcome{Document: doc}
}

func failed(step string, err error) outcome {
	var refused *vision.ImageError
	switch {
	case errors.As(err, &refused):
		return outcome{Refusal: refused}
	case errors.Is(err, context.DeadlineExceeded):
		return outcome{Failure: vision.AwayTooSlow}
	default:
		return outcome{Failure: step + ": " + err.Error()}
	}
}

// place returns the functions and lines that a panic came from.
func place() string {
	var at strings.Builder
	counters := make([]uintptr, 32)
	frames := runtime.CallersFrames(counters[:runtime.Callers(3, counters)])
	for shown := 0; shown < 4; {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			fmt.Fprintf(&at, " %s:%d", frame.Function, frame.Line)
			shown++
		}
		if !more {
			break
		}
	}
	return at.String()
}
