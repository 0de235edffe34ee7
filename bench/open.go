package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// opens are sessions that stay open, at one `stile api` and one `stile worker`.
type opens struct {
	bench
	*merchant
	workflow    string
	api, worker *process
	all         []session
}

// open measures the memory of open sessions: while they wait for their user, after their users have made an attempt,
// and while each has a browser that waits for its status.
func (b bench) open(ctx context.Context) (results []comparison, err error) {
	err = b.with(ctx, b.logging, func(m *merchant) (err error) {
		o := &opens{bench: b, merchant: m}
		defer func() { err = errors.Join(err, o.close()) }()
		if err := o.launch(ctx); err != nil {
			return err
		}
		results, err = o.measure(ctx)
		return err
	})
	return results, err
}

func (o *opens) launch(ctx context.Context) error {
	binary, err := o.build(ctx)
	if err != nil {
		return err
	}
	if o.api, err = o.serve(ctx, binary, "api", "api"); err != nil {
		return err
	}
	if o.worker, err = o.serve(ctx, binary, "worker", "worker"); err != nil {
		return err
	}
	o.base, o.http = o.api.url, keeping(o.opened)
	o.workflow, err = o.publish(ctx, simple())
	return err
}

func (o *opens) close() error {
	o.http.CloseIdleConnections()
	return stopAll(o.api, o.worker)
}

// measure takes the memory of both processes after each step.
func (o *opens) measure(ctx context.Context) (results []comparison, err error) {
	if err := o.tryOut(ctx, o.warmUp(o.opened)); err != nil {
		return nil, err
	}
	before, err := o.settle(ctx)
	if err != nil {
		return nil, err
	}
	leave := func() error { return nil }
	defer func() { err = errors.Join(err, leave()) }()
	for _, step := range []struct {
		title string
		do    func() error
	}{
		{"open sessions before their first attempt", func() error { return o.createAll(ctx) }},
		{"open sessions after an attempt", func() error { return o.attemptAll(ctx) }},
		{"open sessions, each with a long poll", func() (err error) {
			leave, err = o.pollAll(ctx)
			return err
		}},
	} {
		if err := step.do(); err != nil {
			return results, err
		}
		after, err := o.settle(ctx)
		if err != nil {
			return results, err
		}
		results = append(results, o.grown(step.title, before, after))
	}
	return results, nil
}

// tryOut verifies n sessions, so that the processes have made their one-time allocations.
func (o *opens) tryOut(ctx context.Context, n int) error {
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		return o.verify(ctx, o.workflow)
	}}, n, o.clients)
	return err
}

// usages are those of the API's process and of the worker's.
type usages struct{ api, worker usage }

func (o *opens) settle(ctx context.Context) (u usages, err error) {
	if u.api, err = o.api.settle(ctx); err != nil {
		return u, err
	}
	u.worker, err = o.worker.settle(ctx)
	return u, err
}

// grown compares the memory with that before.
func (o *opens) grown(title string, before, after usages) comparison {
	const kB, MB = 1 << 10, 1 << 20
	n := float64(o.opened)
	c := comparison{title: strconv.Itoa(o.opened) + " " + title, our: "processes"}
	for _, p := range []struct {
		name          string
		before, after usage
	}{{"API", before.api, after.api}, {"worker", before.worker, after.worker}} {
		c.alone = append(c.alone,
			fact{what: p.name + ": resident memory per session, kB", value: (p.after.resident - p.before.resident) / n / kB},
			fact{what: p.name + ": heap in use per session, kB", value: (p.after.heap - p.before.heap) / n / kB},
			fact{what: p.name + ": stacks in use per session, kB", value: (p.after.stacks - p.before.stacks) / n / kB},
			fact{what: p.name + ": goroutines per session", value: (p.after.goroutines - p.before.goroutines) / n},
			fact{what: p.name + ": resident memory, MB", value: p.after.resident / MB},
		)
	}
	return c
}

func (o *opens) createAll(ctx context.Context) error {
	o.all = make([]session, o.opened)
	return o.eachSession(ctx, func(ctx context.Context, s *session) (err error) {
		*s, err = o.create(ctx, o.workflow)
		return err
	})
}

// attemptAll has each user declare to be too young, which begins the run of the session and leaves attempts.
func (o *opens) attemptAll(ctx context.Context) error {
	born := time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
	err := o.eachSession(ctx, func(ctx context.Context, s *session) error {
		young := object{"date_of_birth": born, "declaration": true}
		return o.post(ctx, s.ClientSecret, s.path("/methods/self_attestation"), young, nil)
	})
	if err != nil {
		return err
	}
	return untilWithin(ctx, 10*patience, func() (bool, error) {
		awake, err := o.running(ctx, "vks_%")
		return awake == o.opened, err
	})
}

// eachSession calls do for each of the sessions, by the clients.
func (o *opens) eachSession(ctx context.Context, do func(context.Context, *session) error) error {
	var next atomic.Int64
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		return 0, do(ctx, &o.all[next.Add(1)-1])
	}}, len(o.all), o.clients)
	return err
}

// arriveEvery is the time between two browsers. All at once would be more than the database answers in time.
const arriveEvery = 5 * time.Millisecond

// pollAll has a browser wait for the status of each session, again and again, until the caller calls leave.
func (o *opens) pollAll(ctx context.Context) (leave func() error, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var browsers sync.WaitGroup
	var waiting atomic.Int64
	for i, s := range o.all {
		browsers.Go(func() {
			if pause(ctx, time.Duration(i)*arriveEvery) == nil {
				cancel(o.poll(ctx, s, &waiting))
			}
		})
	}
	leave = func() error {
		cancel(nil)
		browsers.Wait()
		if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
	return leave, untilWithin(ctx, 10*patience, func() (bool, error) {
		return int(waiting.Load()) == len(o.all), context.Cause(ctx)
	})
}

// poll requests the status of a session until a request fails, and returns the error. It counts itself as waiting from
// the end of its first request.
func (o *opens) poll(ctx context.Context, s session, waiting *atomic.Int64) error {
	tag := ""
	for first := true; ; first = false {
		found, err := o.status(ctx, o.api, s, tag)
		if err != nil {
			return err
		}
		if found.tag != "" {
			tag = found.tag
		}
		if first {
			waiting.Add(1)
		}
	}
}
