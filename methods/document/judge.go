package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// Judge implements methods.Judge.
func (m *capture) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var p payload
	if err := json.Unmarshal(s.Payload, &p); err != nil {
		return methods.Verdict{}, fmt.Errorf("document: a payload of %d bytes is not readable", len(s.Payload))
	}
	if s.Tier.Years() == 0 && s.Type != methods.TypeIdentity {
		return methods.Verdict{}, fmt.Errorf("document: no such age tier: %q", s.Tier)
	}
	within, brief, cancel := vision.ReadingTime(ctx)
	defer cancel()
	seen, err := m.look(within, s.Uploads, p)
	if ctx.Err() != nil {
		return methods.Verdict{}, ctx.Err()
	}
	if err != nil {
		return m.unseen(s, err, brief)
	}
	return decide(question{
		Attempt: s.Attempt, today: s.Today, received: s.Received, sandbox: s.Sandbox, limits: m.options.Limits,
		chosen: p.Chosen,
	}, seen), nil
}

// pages are the measured pictures of a submission.
type pages struct {
	front *vision.Document
	back  *vision.Document // nil if none was sent
	// same reports that both pictures are the same file.
	same bool
}

// Each side has its readings, because reading takes time: no type has a barcode on its front or fields in
// print on its back that count.
var (
	ofFront = []vision.Read{
		vision.ReadQuality, vision.ReadCard, vision.ReadZone, vision.ReadText, vision.ReadPortrait,
	}
	ofBack = []vision.Read{vision.ReadQuality, vision.ReadCard, vision.ReadZone, vision.ReadPortrait}
)

// look has the pictures measured.
func (m *capture) look(ctx context.Context, uploads methods.Uploads, p payload) (seen pages, err error) {
	front, err := uploads.Content(ctx, p.Front)
	if err != nil {
		return pages{}, err
	}
	if seen.front, err = m.options.Vision.Document(ctx, vision.Front, front, ofFront...); err != nil {
		return pages{}, &sideError{vision.Front, err}
	}
	if p.Back == "" {
		return seen, nil
	}
	back, err := uploads.Content(ctx, p.Back)
	if err != nil {
		return pages{}, err
	}
	seen.same = bytes.Equal(front, back)
	if seen.back, err = m.options.Vision.Document(ctx, vision.Back, back, ofBack...); err != nil {
		return pages{}, &sideError{vision.Back, err}
	}
	if zone := zoneOf(seen.back); zone != nil && !hasBarcodes(zone.Issuer) {
		return seen, nil // cards of North America alone have a barcode of the AAMVA
	}
	found, err := m.options.Vision.Document(ctx, vision.Back, back, vision.ReadBarcode)
	if err != nil {
		return pages{}, &sideError{vision.Back, err}
	}
	seen.back.Barcode = found.Barcode
	return seen, nil
}

// sideError is an error about the picture of a side.
type sideError struct {
	side vision.Side
	err  error
}

func (e *sideError) Error() string { return string(e.side) + ": " + e.err.Error() }

func (e *sideError) Unwrap() error { return e.err }

// unseen returns the verdict where a picture was not measured. A picture that the process refuses costs no attempt; a
// process that is away, or too slow for vision.ReadingTime, is asked again while there is patience. One that is too
// slow for a brief call is asked again in any case: the submission may have waited for a worker until then.
func (m *capture) unseen(s methods.Submission, err error, brief bool) (methods.Verdict, error) {
	var (
		at      *sideError
		refused *vision.ImageError
		away    *vision.AwayError
	)
	if !errors.As(err, &at) {
		return methods.Verdict{}, err // an upload could not be opened
	}
	slow := !errors.As(err, &away) && errors.Is(err, context.DeadlineExceeded)
	patient := m.options.Now().Before(s.Received.Add(m.options.Patience))
	unmeasured := rules.Check{Name: string(at.side) + "_readable", NotPerformed: true}
	switch {
	case errors.As(err, &refused) && refused.Code != vision.CodeParameterInvalid:
		unread := rules.Check{Name: unmeasured.Name}
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonUnreadable, unread), nil
	case slow && (brief || patient): // the reading goes on, and its answer will be there
		return methods.Verdict{}, &methods.WaitingError{Reason: "the vision process is reading the pictures"}
	case away == nil && !slow:
		m.options.Log.Error("document: a question to the vision process is wrong, so a submission has no verdict",
			"error", err)
		return methods.Unfinished(graph.OutcomeError, rules.ReasonMethodError, unmeasured), nil
	case away != nil && patient:
		return methods.Verdict{}, &methods.AwayError{Reason: away.Error()}
	default:
		return methods.Unfinished(graph.OutcomeError, rules.ReasonProviderUnavailable, unmeasured), nil
	}
}
