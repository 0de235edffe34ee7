package api_test

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// recorder is an Orchestrator that records its calls. The on… functions, if set, give its answers.
type recorder struct {
	mu      sync.Mutex
	asked   []string
	onStart func(ctx context.Context, s models.Session) error
	fails   error
}

// buffer collects log lines.
type buffer struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (r *recorder) note(what string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, what)
	return r.fails
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.asked...)
}

func (r *recorder) StartSession(ctx context.Context, created store.Changed) error {
	s := created.Session
	if err := r.note("start " + s.ID); err != nil || r.onStart == nil {
		return err
	}
	return r.onStart(ctx, s)
}

func (r *recorder) DispatchEvent(_ context.Context, _, event string) error {
	return r.note("dispatch " + event)
}

func (r *recorder) SubmissionReceived(_ context.Context, s models.Session, submission string) error {
	return r.note("submission " + s.ID + " " + submission)
}

func (r *recorder) SessionChanged(_ context.Context, s models.Session) error {
	return r.note("changed " + s.ID)
}

func (r *recorder) RetryDelivery(_ context.Context, d models.Delivery) error {
	return r.note("deliver " + d.ID)
}

func (r *recorder) RecoverEndpoint(_ context.Context, recovery models.Recovery) error {
	return r.note("recover " + recovery.ID)
}

func (r *recorder) SendMail(_ context.Context, mail models.MailRef) error {
	return r.note("mail " + mail.MailID)
}

func (r *recorder) RevokeGrants(_ context.Context, consent models.ConsentRef) error {
	return r.note("consent " + consent.ConsentID)
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.String()
}

// began is where the clock of every test stands first.
var began = time.Date(2026, 3, 2, 12, 0, 10, 0, time.UTC)
