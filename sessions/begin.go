package sessions

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Challenge holds the data that a device needs before it can submit.
type Challenge struct {
	models.Challenge
	// Data is the method's message to the device, a JSON object.
	Data json.RawMessage
}

// Begin has the method make a challenge for the next attempt at it. A repeat under the same reserved id returns the
// first. Errors: CodeParameterInvalid where the method has nothing to begin or refuses the input; those of Submit; and
// those of store.BeginChallenge.
func (s *Service) Begin(ctx context.Context, d Device, method rules.Method, in Input) (challenge Challenge, err error) {
	b := &beginning{service: s, in: in, id: s.store.NewID(ctx, models.PrefixChallenge)}
	err = s.withOffer(ctx, d, method, func(session models.Session, offer graph.Offer) error {
		challenge, err = b.begin(ctx, session, offer)
		return err
	})
	return challenge, err
}

// beginning is one request for a challenge. The method makes the challenge once, although the row of the session may
// have to be read several times before the challenge is stored.
type beginning struct {
	service *Service
	in      Input
	id      string
	made    *methods.Begun
	offer   graph.Offer // that made is for
}

func (b *beginning) begin(ctx context.Context, session models.Session, offer graph.Offer) (Challenge, error) {
	s := b.service
	if b.made == nil || b.offer.Node != offer.Node || b.offer.Attempt != offer.Attempt {
		made, err := b.make(ctx, session, offer)
		if err != nil {
			return Challenge{}, publicInput(err)
		}
		b.made, b.offer = &made, offer
	}
	content, err := contentOf(*b.made)
	if err != nil {
		return Challenge{}, err
	}
	code, err := s.challengeCode(session, b.made.Code)
	if err != nil {
		return Challenge{}, err
	}
	n := store.NewChallenge{
		ID: b.id, Session: session, Node: offer.Node, Method: offer.Method, Attempt: offer.Attempt,
		ChallengeContent: content, TTL: cmp.Or(b.made.TTL, methods.ChallengeTTL), Code: code, Fresh: b.made.Fresh,
	}
	if len(b.made.Guardians) > 0 {
		return s.invite(ctx, n, b.made.Guardians)
	}
	stored, content, err := s.store.BeginChallenge(ctx, n)
	if err == nil && code != nil && code.Queued.ID != "" {
		fault.Point("mail.queued")
		s.orders.mail(ctx, code.Queued)
	}
	return Challenge{Challenge: stored, Data: content.Data}, err
}

// make has the method make the challenge.
func (b *beginning) make(ctx context.Context, session models.Session, offer graph.Offer) (methods.Begun, error) {
	s := b.service
	served, err := s.usable(ctx, session, offer.Method)
	if err != nil {
		return methods.Begun{}, err
	}
	if served.Begin == nil {
		return methods.Begun{}, models.Invalid("method", "%s has nothing to begin: submit at once", offer.Method)
	}
	attempt, err := s.attempt(ctx, session, offer)
	if err != nil {
		return methods.Begun{}, err
	}
	earlier, err := s.earlier(ctx, session, offer)
	if err != nil {
		return methods.Begun{}, err
	}
	standing, err := s.standing(ctx, session, offer)
	if err != nil {
		return methods.Begun{}, err
	}
	if err := shut(served, standing); err != nil {
		return methods.Begun{}, err
	}
	made, err := served.Begin.Begin(ctx, methods.Beginning{
		Attempt: attempt, Standing: standing, Input: b.in, ChallengeID: b.id, Earlier: earlier, Now: s.now(),
		AnswerURL: s.config.AnswerURL + "/" + string(offer.Method),
		Contacts:  func() (string, string, error) { return s.store.Contacts(session) },
		Count: func(ctx context.Context, kind, value string) error {
			return s.countContact(ctx, session, kind, value)
		},
	})
	if err != nil || len(made.Guardians) == 0 {
		return made, err
	}
	return made, s.mayInvite(ctx, session, made.Guardians)
}

// earlier returns the state of the newest open challenge of an offer's attempt; nil without one.
func (s *Service) earlier(ctx context.Context, session models.Session, offer graph.Offer) (json.RawMessage, error) {
	if session.Challenges == 0 {
		return nil, nil
	}
	open, err := s.store.OpenChallenges(ctx, session.OrgID, session.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range open {
		if c.Node == offer.Node && c.Attempt == offer.Attempt {
			content, err := s.store.ChallengeContent(c)
			return content.State, err
		}
	}
	return nil, nil
}

func contentOf(made methods.Begun) (content store.ChallengeContent, err error) {
	if content.State, err = json.Marshal(made.State); err != nil {
		return content, err
	}
	content.Data, err = json.Marshal(made.Data)
	content.Once = made.Once
	return content, err
}

// Waiting is an open challenge of an attempt that the session offers.
type Waiting struct {
	models.Challenge
	// Data is the data for the device; nil where the method tells it only once.
	Data json.RawMessage
}

// Waiting returns the newest open challenge of each method's current attempt, by node. It asks the database only for a
// running session that has begun a challenge.
func (s *Service) Waiting(ctx context.Context, session models.Session, g graph.Graph) (map[string]Waiting, error) {
	if session.Challenges == 0 || session.Status.Terminal() {
		return nil, nil
	}
	open, err := s.store.OpenChallenges(ctx, session.OrgID, session.ID)
	if err != nil {
		return nil, err
	}
	waiting := map[string]Waiting{}
	offers := session.GraphState.V.Offers(g)
	for _, c := range open {
		if !slices.ContainsFunc(offers, func(o graph.Offer) bool { return o.Node == c.Node && o.Attempt == c.Attempt }) {
			continue
		}
		content, err := s.store.ChallengeContent(c)
		if err != nil {
			return nil, err
		}
		told := Waiting{Challenge: c, Data: content.Data}
		if content.Once {
			told.Data = nil
		}
		waiting[c.Node] = told
	}
	return waiting, nil
}

// usable returns the method as it is served to the session's organization, for the steps before a submission. Errors:
// CodeConsentRequired; CodeParameterInvalid of method where the method cannot be used.
func (s *Service) usable(ctx context.Context, session models.Session, method rules.Method) (methods.Method, error) {
	if err := consented(session, method); err != nil {
		return methods.Method{}, err
	}
	reasons, err := s.Unavailable(ctx, session.OrgID, []rules.Method{method})
	if err != nil {
		return methods.Method{}, err
	}
	if reason := reasons[method]; reason != "" {
		return methods.Method{}, models.Invalid("method", "%s is not available: %s", method, reason)
	}
	return s.served(ctx, session.OrgID, method)
}

// withOffer calls try with the session and its offer of the method, and again with the row read anew while try returns
// store.ErrRefused. A provisional session is opened first. Errors: CodeMethodNotOffered, CodeSessionTerminal, those of
// a device that may not act, those of Open for a provisional session, and ErrBusy.
func (s *Service) withOffer(
	ctx context.Context, d Device, method rules.Method, try func(session models.Session, offer graph.Offer) error,
) error {
	d, err := s.opened(ctx, d)
	if err != nil {
		return err
	}
	return s.withRow(ctx, d.Session, func(session models.Session, fresh bool) error {
		d.Session = session
		offer, err := s.offer(ctx, d, method)
		if err != nil && !fresh {
			return store.ErrRefused
		}
		if err != nil {
			return err
		}
		err = try(session, offer)
		if refusal := new(models.Error); d.AsCreated && !fresh && errors.As(err, &refusal) {
			return store.ErrRefused
		}
		return err
	})
}
