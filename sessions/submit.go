package sessions

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Attempt is one attempt at a method: the submission that was stored, and how the session stands after it.
type Attempt struct {
	Submission   models.Submission
	AttemptsLeft int
	Status       models.SessionStatus
}

// Submit stores the input as the next attempt at the method, and tells the run. A repeat under the same reserved
// id returns the attempt of the first. Errors: CodeMethodNotOffered, CodeConsentRequired, CodeSubmissionInProgress,
// CodeParameterInvalid of the input, CodeSessionTerminal, those of a device that may not act, those of Open for a
// provisional session, and ErrBusy.
func (s *Service) Submit(ctx context.Context, d Device, method rules.Method, in Input) (attempt Attempt, err error) {
	if attempt, found, err := s.resubmitted(ctx, d.Session); found || err != nil {
		return attempt, err
	}
	entered := rightCodes{}
	err = s.withOffer(ctx, d, method, func(session models.Session, offer graph.Offer) error {
		if err := consented(session, offer.Method); err != nil {
			return err
		}
		taken, err := s.accept(ctx, session, offer, in, entered)
		if err != nil {
			return err
		}
		attempt, err = s.submit(ctx, session, offer, taken, false)
		return err
	})
	return attempt, err
}

// opened opens a provisional session. It has nothing to offer before, and its page may not have called Open.
func (s *Service) opened(ctx context.Context, d Device) (_ Device, err error) {
	if d.Session.Provisional {
		d.Session, err = s.Open(ctx, d)
	}
	return d, err
}

// offer returns the offer of the method by the session as the device has read it.
func (s *Service) offer(ctx context.Context, d Device, method rules.Method) (graph.Offer, error) {
	if err := cmp.Or(running(d.Session), d.mayAct(d.Session)); err != nil {
		return graph.Offer{}, err
	}
	g, err := s.store.SessionGraph(ctx, d.Session)
	if err != nil {
		return graph.Offer{}, err
	}
	offers := d.Session.GraphState.V.Offers(g)
	i := slices.IndexFunc(offers, func(o graph.Offer) bool { return o.Method == method })
	if i < 0 {
		return graph.Offer{}, models.Errorf(models.CodeMethodNotOffered, "The session does not offer %s now", method)
	}
	return offers[i], nil
}

// submit stores an accepted input for an offer, and tells the run. Elsewhere reports whether others than the user's
// device sent it.
func (s *Service) submit(
	ctx context.Context, session models.Session, offer graph.Offer, taken accepted, elsewhere bool,
) (Attempt, error) {
	submission, done, err := s.store.Submit(ctx, store.NewSubmission{
		Session: session, Node: offer.Node, Method: offer.Method, Attempt: offer.Attempt, Payload: taken.payload,
		Delay: taken.Delay, ConnectorID: taken.connector(), ChallengeID: taken.challenge, Elsewhere: elsewhere,
		Decision: taken.decision,
	})
	if s.moved(ctx, session, err) {
		return Attempt{}, store.ErrRefused
	}
	if err != nil {
		return Attempt{}, err
	}
	if !done.Repeated {
		s.orders.submitted(ctx, done.Session, submission.ID)
		s.notify(ctx, done)
	}
	return Attempt{Submission: submission, AttemptsLeft: offer.AttemptsLeft, Status: done.Session.Status}, nil
}

// moved reports whether err came of a row that has changed since it was read.
func (s *Service) moved(ctx context.Context, read models.Session, err error) bool {
	if errors.Is(err, store.ErrRefused) {
		return true
	}
	if models.CodeOf(err) != models.CodeSubmissionInProgress {
		return false
	}
	now, err := s.store.Session(ctx, read.OrgID, read.ID)
	return err == nil && now.Revision != read.Revision
}

// resubmitted returns the attempt that a crashed request stored under the reserved id of this one. It may be judged
// already.
func (s *Service) resubmitted(ctx context.Context, session models.Session) (attempt Attempt, found bool, err error) {
	if !store.HasReservedID(ctx) {
		return attempt, false, nil
	}
	id := s.store.NewID(ctx, models.PrefixResult)
	submission, _, err := s.store.Submission(ctx, session.OrgID, id)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return attempt, false, nil
	}
	if err != nil {
		return attempt, false, err
	}
	g, err := s.store.SessionGraph(ctx, session)
	if err != nil {
		return attempt, false, err
	}
	left := session.GraphState.V.AttemptsLeft(g, submission.Node)
	return Attempt{Submission: submission, AttemptsLeft: left, Status: session.Status}, true, nil
}
