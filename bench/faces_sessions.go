package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
)

const (
	// faceWorkers is the number of workers of the vision process that measures faces, one for each core.
	faceWorkers = 2
	// faceAtOnce is the number of frames of a session that the methods have measured at once.
	faceAtOnce = 4
	// faceLoad is how long sessions of a kind follow each other.
	faceLoad = 6 * time.Second
	// faceWidth and faceHeight are those of a frame: the largest that the page sends.
	faceWidth, faceHeight = 1280, 960
)

// faceSession is the work of a session of a method: frames with their readings.
type faceSession struct {
	method string
	frames int
	read   []vision.FaceRead
	// portrait says that the portrait of a document is measured, too.
	portrait bool
}

var faceSessions = []faceSession{
	{method: "facial_age, 8 frames", frames: 8, read: []vision.FaceRead{
		vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceAge, vision.ReadFaceEmbedding,
	}},
	{method: "selfie_match, 8 frames and a portrait", frames: 8, portrait: true, read: []vision.FaceRead{
		vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceEmbedding,
	}},
	{method: "selfie_liveness by turns, 24 frames", frames: 24, read: []vision.FaceRead{
		vision.ReadFaceLandmarks, vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceEmbedding,
	}},
}

// faceLoads measures a vision process with two workers, built in plain Go and with vector instructions: sessions whose
// frames it measures, and the memory of a worker.
func (b bench) faceLoads(ctx context.Context, folder string) ([]comparison, error) {
	frames, err := faceFrames(ctx)
	if err != nil {
		return nil, err
	}
	sessions := &table{columns: []string{"plain Go", "CPU, s", "AVX2", "CPU, s"}}
	memory := &table{columns: []string{"plain Go", "AVX2"}}
	rows := make([][]string, len(faceSessions))
	sizes := make([][]string, len(memoryRows))
	for _, setting := range []string{"", simd} {
		program := filepath.Join(folder, child.Program+setting)
		if err := buildWith(ctx, setting, program, "github.com/stile-id/stile/cmd/stile-vision"); err != nil {
			return nil, err
		}
		bare, err := restingMemory(ctx, program)
		if err != nil {
			return nil, err
		}
		measured, used, err := b.faceLoad(ctx, program, frames)
		if err != nil {
			return nil, err
		}
		for i, cells := range measured {
			rows[i] = append(rows[i], cells...)
		}
		for i, size := range append([]float64{bare}, used...) {
			sizes[i] = append(sizes[i], fmt.Sprintf("%.0f", size/1e6))
		}
	}
	for i, s := range faceSessions {
		sessions.add(s.method, rows[i]...)
	}
	for i, name := range memoryRows {
		memory.add(name, sizes[i]...)
	}
	return []comparison{
		{title: "sessions a minute that a vision process with 2 workers measures, and the CPU time of each", table: sessions},
		{title: "resident memory of a worker, MB", table: memory},
	}, nil
}

// memoryRows are the figures of memory, in the order of their measurement.
var memoryRows = []string{"at rest, without models", "at rest, with models", "most while it measures faces"}

// restingMemory returns the memory of a worker that has no models.
func restingMemory(ctx context.Context, program string) (size float64, err error) {
	p, err := startVision(ctx, program, child.Options{Workers: 1})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	return workerMemory("VmRSS")
}

// faceLoad runs a vision process, and returns the cells of each kind of session, and the memory of a worker at rest and
// at its most.
func (b bench) faceLoad(
	ctx context.Context, program string, frames [][]byte,
) (cells [][]string, memory []float64, err error) {
	p, err := startVision(ctx, program, child.Options{Workers: faceWorkers, Models: faces.Models()})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	rest, err := workerMemory("VmRSS")
	if err != nil {
		return nil, nil, err
	}
	for _, s := range faceSessions {
		before, err := workerTime()
		if err != nil {
			return nil, nil, err
		}
		count, took, err := s.load(ctx, p.client, frames)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.method, err)
		}
		after, err := workerTime()
		if err != nil {
			return nil, nil, err
		}
		cells = append(cells, []string{
			fmt.Sprintf("%.1f", float64(count)/took.Minutes()), fmt.Sprintf("%.2f", (after-before)/float64(count)),
		})
		if _, err := fmt.Fprintf(b.progress, "faces: %s, %d sessions\n", s.method, count); err != nil {
			return nil, nil, err
		}
	}
	most, err := workerMemory("VmHWM")
	return cells, []float64{rest, most}, err
}

// load has the frames of sessions measured, one session after the other.
func (s faceSession) load(
	ctx context.Context, client *vision.Client, frames [][]byte,
) (count int, took time.Duration, err error) {
	began := time.Now()
	for took < faceLoad {
		if err := s.measure(ctx, client, frames, count); err != nil {
			return count, took, err
		}
		count++
		took = time.Since(began)
	}
	return count, took, nil
}

// measure has the frames of one session measured.
func (s faceSession) measure(ctx context.Context, client *vision.Client, frames [][]byte, number int) error {
	if s.portrait {
		read := []vision.FaceRead{vision.ReadFaceQuality, vision.ReadFaceEmbedding}
		if err := measureFrame(ctx, client, numbered(frames[0], number), read); err != nil {
			return err
		}
	}
	var (
		group  sync.WaitGroup
		once   sync.Once
		failed error
		places = make(chan struct{}, faceAtOnce)
	)
	for i := range s.frames {
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if err := measureFrame(ctx, client, numbered(frames[i%len(frames)], number*s.frames+i), s.read); err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	group.Wait()
	return failed
}

// measureFrame has a frame measured, and returns an error if it does not show one face.
func measureFrame(ctx context.Context, client *vision.Client, frame []byte, read []vision.FaceRead) error {
	found, err := client.Faces(ctx, frame, read...)
	if err != nil {
		return err
	}
	if found.Count != 1 || found.Faces[0].Pose == nil {
		return fmt.Errorf("a frame shows %d faces", found.Count)
	}
	return nil
}

// numbered returns a JPEG with a number as its comment: the vision process does not know it from an earlier request.
func numbered(jpeg []byte, number int) []byte {
	comment := []byte{0xff, 0xfe, 0, 10}
	comment = binary.BigEndian.AppendUint64(comment, uint64(number)) //nolint:gosec // it counts from 0
	return bytes.Join([][]byte{jpeg[:2], comment, jpeg[2:]}, nil)
}

// faceFrames renders a head that turns.
func faceFrames(ctx context.Context) (frames [][]byte, err error) {
	reader, err := faces.Reader(vision.EmbeddingOff)
	if err != nil {
		return nil, err
	}
	person := faces.People()[0]
	head, err := faces.NewHead(ctx, reader, person, faceWidth, faceHeight, faces.Solid)
	if err != nil {
		return nil, err
	}
	var stops []vision.Pose
	for _, turn := range []string{"ahead", "left", "ahead", "right", "up", "ahead"} {
		pose, err := faces.Turned(turn, 25)
		if err != nil {
			return nil, err
		}
		stops = append(stops, pose)
	}
	for i, pose := range faces.Path(stops, 4, 1) {
		picture := head.Render(faces.Shot{Pose: pose, Noise: 3, Seed: uint64(i)})
		frames = append(frames, faces.JPEG(picture, 85))
	}
	return frames, nil
}

// workerFolders returns the folders in /proc of the workers of the vision process: grandchildren of this process.
func workerFolders() (workers []string, err error) {
	parents := map[int]int{}
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if parent, err := processFigure(folder, "PPid"); err == nil {
			id, _ := strconv.Atoi(filepath.Base(folder))
			parents[id] = int(parent)
		}
	}
	for id, parent := range parents {
		if parents[parent] == os.Getpid() {
			workers = append(workers, filepath.Join("/proc", strconv.Itoa(id)))
		}
	}
	if len(workers) == 0 {
		return nil, errors.New("the vision process has no workers")
	}
	return workers, nil
}

// workerMemory returns the largest of a figure, in bytes, of the workers.
func workerMemory(figure string) (most float64, err error) {
	workers, err := workerFolders()
	for _, folder := range workers {
		size, err := processFigure(folder, figure)
		if err != nil {
			return 0, err
		}
		most = max(most, 1024*size)
	}
	return most, err
}

// ticks is the number of the kernel's units of CPU time in a second (USER_HZ).
const ticks = 100

// workerTime returns the seconds of CPU time that the workers have taken.
func workerTime() (total float64, err error) {
	workers, err := workerFolders()
	for _, folder := range workers {
		stat, err := os.ReadFile(filepath.Join(folder, "stat"))
		if err != nil {
			return 0, err
		}
		_, rest, _ := strings.Cut(string(stat), ") ") // the name of the program may have spaces
		fields := strings.Fields(rest)
		if len(fields) < 13 {
			return 0, fmt.Errorf("%s has no times", folder)
		}
		for _, field := range fields[11:13] {
			spent, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return 0, err
			}
			total += spent / ticks
		}
	}
	return total, err
}

// processFigure returns a number of the status of a process.
func processFigure(folder, name string) (float64, error) {
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strconv.ParseFloat(strings.Fields(value)[0], 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", folder, name)
}
