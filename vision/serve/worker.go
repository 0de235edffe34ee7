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
	// Models and Faces are those of vision.Health.
	Models map[string]string `json:"models"`
	Faces  []vision.FaceRead `json:"faces"`
	// ModelFault says why the models that are there cannot be used.
	ModelFault string `json:"model_fault,omitempty"`
}

// task is the message before a picture.
type task struct {
	Side vision.Side   `json:"side"`
	Read []vision.Read `json:"read"`
	// Faces says that faces are measured instead of a document; without FaceRead everything for which there is a model.
	Faces    bool              `json:"faces,omitempty"`
	FaceRead []vision.FaceRead `json:"face_read,omitempty"`
	// Time is how long the worker may take.
	Time time.Duration `json:"time"`
}

// outcome is the answer to a task: one member is set.
type outcome struct {
	Document *vision.Document   `json:"document,omitempty"`
	Faces    *vision.Faces      `json:"faces,omitempty"`
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
func workerProcess(
	ctx context.Context, settings workerSettings, open opener, in io.Reader, out io.Writer,
) error {
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(settings.memory / 4 * 3) // the collector works before the system refuses
	r := open(settings)                           // before the limits: it reads models, and may look for programs
	h := hello{Version: r.version(), Models: r.faces.Models(), Faces: r.faces.Readings(), ModelFault: r.fault}
	h.Open = confine(settings.memory)
	if err := writeJSON(out, h); err != nil {
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
		o := r.read(ctx, h.Version, t, picture)
		o.Spent = spent()
		if err := writeJSON(out, o); err != nil {
			return err
		}
		if len(picture) > largePicture {
			debug.FreeOSMemory() // an idle worker holds no picture
		}
	}
}

// read decodes a picture and runs the readings that the task asks for.
func (r readers) read(ctx context.Context, version string, t task, picture []byte) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, t.Time)
	defer cancel()
	defer func() {
		if recover() != nil { // its value may repeat a part of the picture
			o = outcome{Failure: "panic" + place()}
		}
	}()
	if t.Faces && !r.able(&t) {
		return outcome{Failure: vision.AwayModelsMissing}
	}
	p, err := imaging.Decode(ctx, picture)
	if err != nil {
		return failed("decode", err)
	}
	if t.Faces {
		return r.readFaces(ctx, version, t, p)
	}
	doc := &vision.Document{Version: version, Width: p.Width, Height: p.Height}
	for _, reader := range r.documents {
		if !slices.Contains(t.Read, reader.read) {
			continue
		}
		if err := reader.analyse(ctx, p, doc); err != nil {
			return failed(string(reader.read), err)
		}
	}
	return outcome{Document: doc}
}

// able reports whether the readings of faces of a task can be made, and fills them in where it names none.
func (r readers) able(t *task) bool {
	can := r.faces.Readings()
	if len(t.FaceRead) == 0 {
		t.FaceRead = can
	}
	for _, read := range t.FaceRead {
		if !slices.Contains(can, read) {
			return false
		}
	}
	return len(can) > 0
}

func (r readers) readFaces(ctx context.Context, version string, t task, p *imaging.Picture) outcome {
	faces, err := r.faces.Read(ctx, p, t.FaceRead)
	if err != nil {
		return failed("faces", err)
	}
	faces.Version = version
	return outcome{Faces: faces}
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
