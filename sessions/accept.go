package sessions

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Input is a JSON object that a device sent for a method.
type Input = methods.Input

// Contract describes the submissions that a method takes.
type Contract = methods.Contract

// Field is a member of the input of a method.
type Field = methods.Field

// Choice is one value of a field.
type Choice = methods.Choice

// Picture is the logo of a choice.
type Picture = methods.Picture

// Registry holds the methods of the deployment.
type Registry = methods.Registry

// accepted is a submission to store. Its payload is always written the same way, because the store recognises a repeat
// by its bytes.
type accepted struct {
	methods.Accepted
	payload   []byte
	challenge string // that the submission uses up; "" is none
	decision  *store.GuardianDecision
}

// accept checks a submission to an offer. The calls for one request share entered.
func (s *Service) accept(
	ctx context.Context, session models.Session, offer graph.Offer, in Input, entered rightCodes,
) (accepted, error) {
	served, err := s.served(ctx, session.OrgID, offer.Method)
	if err != nil {
		return accepted{}, err
	}
	attempt, err := s.attempt(ctx, session, offer)
	if err != nil {
		return accepted{}, err
	}
	holding := &held{service: s, session: session, offer: offer, entered: entered}
	taken, err := served.Accept.Accept(ctx, methods.Given{
		Attempt: attempt, Input: in, Held: holding, Today: rules.DateOf(s.now().UTC()),
		Standing: func(ctx context.Context) (Standing, error) { return s.standing(ctx, session, offer) },
	})
	if err != nil {
		return accepted{}, publicInput(err)
	}
	return newAccepted(taken, holding.challenge)
}

func newAccepted(taken methods.Accepted, challenge string) (accepted, error) {
	payload, err := json.Marshal(taken.Payload)
	return accepted{Accepted: taken, payload: payload, challenge: challenge}, err
}

func (a accepted) connector() *string {
	if a.ConnectorID == "" {
		return nil
	}
	return &a.ConnectorID
}

// served returns the method as it is served to an organization.
func (s *Service) served(ctx context.Context, orgID string, method rules.Method) (methods.Method, error) {
	org, err := s.store.Across().Organization(ctx, orgID)
	if err != nil {
		return methods.Method{}, err
	}
	to := methods.Organization{Sandbox: org.Sandbox}
	if !s.methods.Exclusive(method) {
		connector, found, err := s.store.ConnectorFor(ctx, orgID, method)
		if err != nil {
			return methods.Method{}, err
		}
		if found {
			to.ConnectorID = connector.ID
		}
	}
	return s.methods.For(method, to), nil
}

// attempt describes the attempt at an offer to its method.
func (s *Service) attempt(ctx context.Context, session models.Session, offer graph.Offer) (methods.Attempt, error) {
	g, err := s.store.SessionGraph(ctx, session)
	if err != nil {
		return methods.Attempt{}, err
	}
	return AttemptAt(g, session, offer.Node, offer.Method, offer.Attempt), nil
}

// AttemptAt describes an attempt at a node of a session's graph to its method.
func AttemptAt(g graph.Graph, s models.Session, node string, method rules.Method, number int) methods.Attempt {
	at, _ := g.Node(node)
	return methods.Attempt{
		Method: method, SessionID: s.ID, Type: string(s.Type), Node: node, Number: number, Tier: s.AgeTier,
		Jurisdiction: s.Jurisdiction, Options: at.Options,
	}
}

// publicInput turns a method's refusal of an input into CodeParameterInvalid, and its word that a provider is away into
// CodeServiceUnavailable.
func publicInput(err error) error {
	var wrong *methods.InputError
	if errors.As(err, &wrong) {
		return models.Invalid(wrong.Param, "%s", wrong.Message)
	}
	var away *methods.AwayError
	if errors.As(err, &away) {
		return &models.Error{Code: models.CodeServiceUnavailable, Message: away.Reason, RetryAfter: away.RetryAfter}
	}
	return err
}

// held gives a method the challenge and the uploads of an attempt.
type held struct {
	service   *Service
	session   models.Session
	offer     graph.Offer
	challenge string
	opened    models.Challenge // the one of challenge
	entered   rightCodes
}

// Upload implements methods.Held.
func (h *held) Upload(ctx context.Context, param, id string) (methods.Upload, error) {
	u, err := h.service.store.Upload(ctx, h.session.OrgID, h.session.ID, id)
	missing := models.CodeOf(err) == models.CodeResourceMissing
	if err != nil && !missing {
		return methods.Upload{}, err
	}
	if missing || u.Node != h.offer.Node || u.Attempt != h.offer.Attempt {
		return methods.Upload{}, models.Invalid(param, "%s names no upload of this attempt", param)
	}
	return methods.Upload{ID: u.ID, MediaType: u.MediaType, Size: u.Size, Received: u.Created.Time}, nil
}

// Challenge implements methods.Held. A used challenge is opened as well: the submission may be a repeat.
func (h *held) Challenge(ctx context.Context, param, id string) (json.RawMessage, error) {
	c, err := h.service.store.Challenge(ctx, h.session.OrgID, h.session.ID, id)
	missing := models.CodeOf(err) == models.CodeResourceMissing
	if err != nil && !missing {
		return nil, err
	}
	if missing || c.Node != h.offer.Node || c.Attempt != h.offer.Attempt {
		return nil, store.ChallengeInvalid(param)
	}
	if h.session.Challenges == 0 { // the row is that of the creation, from before the challenge
		return nil, store.ErrRefused
	}
	if err := h.service.inTime(ctx, param, c); err != nil {
		return nil, err
	}
	content, err := h.service.store.ChallengeContent(c)
	h.challenge, h.opened = c.ID, c
	return content.State, err
}

// inTime refuses a challenge that expired before a submission used it. Errors: CodeChallengeInvalid.
func (s *Service) inTime(ctx context.Context, param string, c models.Challenge) error {
	if c.UsedAt != nil || c.ExpiresAt.After(s.store.Now().Time) {
		return nil
	}
	return cmp.Or(s.store.EndChallenge(ctx, c), store.ChallengeInvalid(param))
}
