package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
)

// visionWorkers is the number of workers of the vision process whose throughput is measured.
const visionWorkers = 4

// throughput runs the vision process with four workers, and has as many clients ask for the readings of
// document_capture, each about picture after picture.
func (b bench) throughput(ctx context.Context) (comparison, error) {
	c := comparison{title: "vision process with 4 workers", our: "Stile"}
	folder, err := os.MkdirTemp("", "stile-bench-")
	if err != nil {
		return c, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	program := filepath.Join(folder, child.Program)
	if err := buildWith(ctx, "", program, "github.com/stile-id/stile/cmd/stile-vision"); err != nil {
		return c, err
	}
	process, err := startVision(ctx, program, child.Options{Workers: visionWorkers})
	if err != nil {
		return c, err
	}
	defer func() { _ = process.Stop() }()
	times, took, err := readAtOnce(ctx, process.client, b.sent())
	if err != nil {
		return c, err
	}
	c.alone = []fact{
		{what: "pictures per second", value: float64(len(times)) / took.Seconds()},
		{what: "ms from the request to the answer, p50", value: milliseconds(percentile(times, 50))},
		{what: "ms from the request to the answer, p95", value: milliseconds(percentile(times, 95))},
	}
	_, err = fmt.Fprintf(b.progress, "documents: %d pictures by %d workers\n", len(times), visionWorkers)
	return c, err
}

// visionProcess is a vision process with its client.
type visionProcess struct {
	*child.Child
	client *vision.Client
	stop   context.CancelFunc
}

// startVision starts a program as the vision process, and waits until it can be asked.
func startVision(ctx context.Context, program string, o child.Options) (*visionProcess, error) {
	o.Command, o.Log = []string{program}, slog.New(slog.DiscardHandler)
	started, err := child.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	p := &visionProcess{Child: started, stop: stop}
	if p.client, err = vision.NewClient(vision.Options{URL: started.URL()}); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	go p.client.Watch(watching, patience)
	<-p.client.Known()
	if fault := p.client.Unavailable(); fault != "" {
		return nil, errors.Join(errors.New(fault), p.Stop())
	}
	return p, nil
}

// Stop ends the process.
func (p *visionProcess) Stop() error {
	p.stop()
	return p.Child.Stop()
}

// sentPicture is a photograph as a phone sends it.
type sentPicture struct {
	side vision.Side
	jpeg []byte
}

// sent returns photographs of both sides of specimens of every type.
func (b bench) sent() (all []sentPicture) {
	for seed := range b.specimens {
		for _, kind := range specimen.Kinds() {
			for _, s := range pages(kind, seed+100, circumstances[0].shot) {
				all = append(all, sentPicture{s.side, specimen.JPEG(s.photo, 85)})
			}
		}
	}
	return all
}

// readAtOnce has each picture read once, by as many clients as there are workers. It returns the time of each request,
// and of all together.
func readAtOnce(
	ctx context.Context, client *vision.Client, pictures []sentPicture,
) (times []time.Duration, took time.Duration, err error) {
	next := make(chan sentPicture, len(pictures))
	for _, p := range pictures {
		next <- p
	}
	close(next)
	var (
		mu   sync.Mutex // guards times and err
		done sync.WaitGroup
	)
	start := time.Now()
	for range visionWorkers {
		done.Go(func() {
			for p := range next {
				began := time.Now()
				_, fault := client.Document(ctx, p.side, p.jpeg, readingsOf(p.side)...)
				mu.Lock()
				times, err = append(times, time.Since(began)), errors.Join(err, fault)
				mu.Unlock()
			}
		})
	}
	done.Wait()
	return times, time.Since(start), err
}

// readingsOf returns the readings that document_capture asks for.
func readingsOf(side vision.Side) []vision.Read {
	if side == vision.Front {
		return []vision.Read{
			vision.ReadQuality, vision.ReadCard, vision.ReadZone, vision.ReadText, vision.ReadPortrait,
		}
	}
	return []vision.Read{
		vision.ReadQuality, vision.ReadCard, vision.ReadZone, vision.ReadPortrait, vision.ReadBarcode,
	}
}
