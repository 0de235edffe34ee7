package sessions

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Reply is a request to a route of a method by others than the user's device.
type Reply struct {
	Method rules.Method
	Verb   string // GET or POST
	Route  string
	// ChallengeID is that of the path; "" where the path has none.
	ChallengeID string
	Query       url.Values
	ContentType string
	Body        []byte
}

// Answer has the method answer a reply to one of its challenges. An accepted reply becomes the submission of the
// challenge's attempt. Errors: CodeResourceMissing where there is no such route or challenge; CodeChallengeInvalid
// where the challenge has expired or was used for a different reply; CodeSessionTerminal, CodeMethodNotOffered,
// CodeConsentRequired; CodeParameterInvalid of the reply.
func (s *Service) Answer(ctx context.Context, r Reply) (methods.Replied, error) {
	route, found := s.methods.Route(r.Method, r.Verb, r.Route)
	if !found || (r.ChallengeID == "") == (route.ChallengeID == nil) {
		return methods.Replied{}, models.Errorf(models.CodeResourceMissing, "There is no such URL")
	}
	reply := methods.Reply{
		ChallengeID: r.ChallengeID, Query: r.Query, ContentType: r.ContentType, Body: r.Body, Now: s.now(),
	}
	if route.ChallengeID != nil {
		reply.ChallengeID = route.ChallengeID(reply)
	}
	var replied methods.Replied
	err := again(func() (err error) {
		replied, err = s.reply(ctx, r.Method, route, reply)
		return err
	})
	if route.Refused != nil && models.IsRefusal(err) {
		return route.Refused(string(models.CodeOf(err))), nil
	}
	return replied, err
}

// reply has the method answer a reply. It returns store.ErrRefused if another reply has replaced the challenge's state
// meanwhile.
func (s *Service) reply(
	ctx context.Context, method rules.Method, route methods.Route, reply methods.Reply,
) (methods.Replied, error) {
	challenge, session, err := s.challenged(ctx, method, reply.ChallengeID)
	if err != nil {
		return methods.Replied{}, err
	}
	keeping := &keeper{service: s, challenge: challenge}
	if keeping.content, err = s.store.ChallengeContent(challenge); err != nil {
		return methods.Replied{}, err
	}
	reply.State, reply.Keep = keeping.content.State, keeping.keep
	if reply, err = s.put(ctx, reply, challenge, session); err != nil {
		return methods.Replied{}, err
	}
	replied, err := route.Serve(ctx, reply)
	if err != nil {
		return methods.Replied{}, publicInput(err)
	}
	switch {
	case replied.Accepted != nil:
		err = s.submitReply(ctx, challenge, session, *replied.Accepted)
	case replied.State != nil:
		err = keeping.replace(ctx, replied.State, replied.Data)
	}
	return replied, err
}

// keeper replaces the content of a challenge while a reply to it is served.
type keeper struct {
	service   *Service
	challenge models.Challenge
	content   store.ChallengeContent
}

func (k *keeper) keep(ctx context.Context, state any) error { return k.replace(ctx, state, nil) }

// replace stores a state, and data where there is any, in place of what the keeper has read or stored last.
func (k *keeper) replace(ctx context.Context, state, data any) (err error) {
	if k.content.State, err = json.Marshal(state); err != nil {
		return err
	}
	if data != nil {
		if k.content.Data, err = json.Marshal(data); err != nil {
			return err
		}
	}
	k.challenge, err = k.service.store.ReplaceChallengeContent(ctx, k.challenge, k.content)
	return err
}

// longestID is more characters than any identifier has.
const longestID = 100

// challenged finds the challenge that a reply names, and its session.
func (s *Service) challenged(
	ctx context.Context, method rules.Method, id string,
) (models.Challenge, models.Session, error) {
	// PostgreSQL takes neither NUL nor invalid UTF-8. An id that is changed here names nothing.
	id = models.Clip(strings.ToValidUTF8(strings.ReplaceAll(id, "\x00", "\uFFFD"), "\uFFFD"), longestID)
	challenge, err := s.store.Across().Challenge(ctx, id)
	if err != nil {
		return challenge, models.Session{}, err
	}
	if challenge.Method != method {
		return challenge, models.Session{}, models.Missing("challenge", id)
	}
	session, err := s.store.Across().PublicSession(ctx, challenge.SessionID)
	if err != nil {
		return challenge, session, err
	}
	if err := running(session); err != nil {
		return challenge, session, err
	}
	return challenge, session, s.inTime(ctx, "", challenge)
}

// put adds the challenge's attempt and merchant to the reply.
func (s *Service) put(
	ctx context.Context, r methods.Reply, c models.Challenge, session models.Session,
) (methods.Reply, error) {
	g, err := s.store.SessionGraph(ctx, session)
	if err != nil {
		return r, err
	}
	org, err := s.store.Across().Organization(ctx, session.OrgID)
	if err != nil {
		return r, err
	}
	r.Merchant = org.DisplayName()
	r.Attempt = AttemptAt(g, session, c.Node, c.Method, c.Attempt)
	r.ChallengeID, r.Used = c.ID, c.UsedAt != nil
	return r, nil
}

// submitReply submits the accepted part of a reply.
func (s *Service) submitReply(
	ctx context.Context, c models.Challenge, session models.Session, taken methods.Accepted,
) error {
	submission, err := newAccepted(taken, c.ID)
	if err != nil {
		return err
	}
	return s.withRow(ctx, session, func(session models.Session, _ bool) error {
		if err := running(session); err != nil {
			return err
		}
		offer, err := s.offerAt(ctx, session, c)
		if err != nil {
			return err
		}
		if err := consented(session, c.Method); err != nil {
			return err
		}
		_, err = s.submit(ctx, session, offer, submission, true)
		return err
	})
}

// offerAt returns the offer of the challenge's attempt.
func (s *Service) offerAt(ctx context.Context, session models.Session, c models.Challenge) (graph.Offer, error) {
	g, err := s.store.SessionGraph(ctx, session)
	if err != nil {
		return graph.Offer{}, err
	}
	offers := session.GraphState.V.Offers(g)
	i := slices.IndexFunc(offers, func(o graph.Offer) bool { return o.Node == c.Node && o.Attempt == c.Attempt })
	if i < 0 {
		return graph.Offer{}, models.Errorf(models.CodeMethodNotOffered, "The session does not offer %s now", c.Method)
	}
	return offers[i], nil
}
