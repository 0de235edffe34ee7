package app

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
	visionmodels "github.com/stile-id/stile/vision/models"
)

// visionGrace is how long the vision process may be silent, as it is while it is started again, before the methods
// that need it are unavailable.
const visionGrace = 5 * time.Second

// eyes are the process's way to the vision process.
type eyes struct {
	client  *vision.Client
	child   *child.Child // nil where an operator runs the process, or this one runs no worker
	metrics visionMetrics
	watch   context.CancelFunc
}

// openEyes makes the client of the vision process and, in a worker without STILE_VISION_URL, starts the process. A
// process that runs the API alone asks for no picture to be read: it offers the methods that the workers can judge,
// and takes its workers to be installed as it is itself, with the same models.
func (a *App) openEyes(ctx context.Context) (err error) {
	o := vision.Options{
		URL: a.options.Config.VisionURL, Timeout: 2*a.options.Config.VisionTimeout + 5*time.Second,
		Observe: a.eyes.metrics.observe,
	}
	if o.URL == "" {
		o.URL, o.Reason = a.ownVision(ctx)
		if o.Elsewhere = o.URL == "" && o.Reason == ""; o.Elsewhere {
			o.Faces = a.installedFaces()
		}
	}
	if a.eyes.client, err = vision.NewClient(o); err != nil {
		return fmt.Errorf("STILE_VISION_URL: %w", err)
	}
	return nil
}

// ownVision returns the address of the process that this one has started, or the reason why there is none.
func (a *App) ownVision(ctx context.Context) (url, reason string) {
	c := a.options.Config
	if c.VisionOff {
		return "", "STILE_VISION_URL is off"
	}
	command := a.options.Vision
	if len(command) == 0 {
		program, err := child.Find()
		if err != nil {
			a.log.Warn("vision: pictures of documents cannot be read, so methods that need them are unavailable",
				"error", err.Error())
			return "", err.Error()
		}
		command = []string{program}
	}
	if !a.options.Worker {
		return "", ""
	}
	var err error
	a.eyes.child, err = child.Start(ctx, child.Options{
		Command: command, Workers: c.VisionWorkers, Memory: c.VisionMemory, Time: c.VisionTimeout,
		Text: c.VisionText, Models: c.VisionModels, Embedding: c.VisionEmbedding,
		Restarts: a.eyes.metrics.restarts.Inc, Log: a.log,
	})
	if err != nil {
		a.log.Error("vision: the process cannot be started, so methods that need it are unavailable", "error", err.Error())
		return "", "the vision process cannot be started"
	}
	return a.eyes.child.URL(), ""
}

// installedFaces returns the readings of faces for which models are installed.
func (a *App) installedFaces() []vision.FaceRead {
	c := a.options.Config
	set, err := visionmodels.Open(c.VisionModels)
	if err != nil {
		a.log.Error("vision: the models of faces cannot be used, so methods that need them are unavailable",
			"error", err.Error())
		return nil
	}
	return vision.FaceReadings(set.Hashes(), c.VisionEmbedding)
}

// watchVision follows the state of the process until Stop.
func (a *App) watchVision(ctx context.Context) {
	ctx, a.eyes.watch = context.WithCancel(context.WithoutCancel(ctx))
	a.serving.Go(func() { a.eyes.client.Watch(ctx, visionGrace) })
}

// close ends the process that openEyes has started.
func (e *eyes) close() error {
	if e.child == nil {
		return nil
	}
	return e.child.Stop()
}

// visionMetrics count the work of the vision process.
type visionMetrics struct {
	seconds  *prometheus.HistogramVec
	restarts prometheus.Counter
}

func newVisionMetrics() visionMetrics {
	return visionMetrics{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stile_vision_request_duration_seconds", Help: "Time until a picture was read, by the result.",
			Buckets: []float64{.05, .1, .2, .5, 1, 2, 5, 10, 20, 45},
		}, []string{"result"}),
		restarts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_vision_restarts_total", Help: "Vision processes that ended early, and were started again.",
		}),
	}
}

func (m visionMetrics) observe(result string, took time.Duration) {
	m.seconds.WithLabelValues(result).Observe(took.Seconds())
}

// visionState is a prometheus.Collector of the state that the process has last told.
type visionState struct{ client *vision.Client }

var (
	visionWorkers = prometheus.NewDesc("stile_vision_workers", "Workers of the vision process, by what they do.",
		[]string{"state"}, nil)
	visionQueued = prometheus.NewDesc("stile_vision_queued", "Pictures that wait for a worker.", nil, nil)
	visionEnded  = prometheus.NewDesc("stile_vision_workers_ended_total",
		"Workers that ended over a picture, since the start of the process.", []string{"reason"}, nil)
)

// Describe implements prometheus.Collector.
func (s visionState) Describe(to chan<- *prometheus.Desc) {
	to <- visionWorkers
	to <- visionQueued
	to <- visionEnded
}

// Collect implements prometheus.Collector. While the process does not answer, it has no values.
func (s visionState) Collect(to chan<- prometheus.Metric) {
	state, known := s.client.State()
	if !known {
		return
	}
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	gauge(visionWorkers, state.Busy, "busy")
	gauge(visionWorkers, state.Workers-state.Busy, "idle")
	gauge(visionQueued, state.Queued)
	for reason, n := range state.Ended {
		to <- prometheus.MustNewConstMetric(visionEnded, prometheus.CounterValue, float64(n), reason)
	}
}
