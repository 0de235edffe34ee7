package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/stile-id/stile/internal/app"
)

// stile is a running Stile on the site, in one of the two ways to run it.
type stile struct {
	// api is the process that serves requests; worker is the same process, or another.
	api, worker *app.App
}

// apart runs `stile api` and `stile worker`.
func (s *site) apart(ctx context.Context) (*stile, error) {
	api, err := s.process(ctx, app.Options{API: true})
	if err != nil {
		return nil, err
	}
	worker, err := s.process(ctx, app.Options{Worker: true})
	if err != nil {
		return nil, errors.Join(err, api.Stop())
	}
	return &stile{api: api, worker: worker}, nil
}

// together runs `stile serve`.
func (s *site) together(ctx context.Context) (*stile, error) {
	both, err := s.process(ctx, app.Options{API: true, Worker: true})
	return &stile{api: both, worker: both}, err
}

// logging runs `stile api` alone, with its access log.
func (s *site) logging(ctx context.Context) (*stile, error) {
	api, err := s.process(ctx, app.Options{API: true, Log: s.logger()})
	return &stile{api: api, worker: api}, err
}

func (s *site) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(s.log, nil)) }

func (s *site) process(ctx context.Context, o app.Options) (*app.App, error) {
	o.Config, o.Migrate = s.config, true
	if o.Log == nil {
		o.Log = app.NewLogger(slog.LevelError.String())
	}
	a, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	a.Start(ctx)
	return a, nil
}

// stop drains requests first, then tasks.
func (s *stile) stop() error { return errors.Join(s.api.Stop(), s.worker.Stop()) }
