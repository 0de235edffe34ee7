package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Caller is the sender of a request by its credential: an API key, a client secret or device token, or nothing.
type Caller struct {
	key    *store.KeyHolder
	client *clientClaims
	// refused is the error of an invalid credential.
	refused error
}

func (w Caller) orgID() string {
	switch {
	case w.key != nil:
		return w.key.Org.ID
	case w.client != nil:
		return w.client.org
	default:
		return ""
	}
}

// PhoneOf returns the caller that holds a session by a handoff.
func PhoneOf(h models.Handoff) Caller {
	return Caller{client: &clientClaims{session: h.SessionID, org: h.OrgID, attempt: h.ID}}
}

// IsClient reports whether the caller shows a client secret or a device token.
func (w Caller) IsClient() bool { return w.client != nil }

// OnPhone reports whether the caller is the phone of a handoff.
func (w Caller) OnPhone() bool { return w.client != nil && w.client.attempt != "" }

func callerOf(g *gin.Context) Caller {
	who, _ := g.Get(keyCaller)
	known, _ := who.(Caller)
	return known
}

// NoteCaller has the access log name the caller of a request.
func NoteCaller(g *gin.Context, who Caller) { g.Set(keyCaller, who) }

// recognise identifies the caller and counts the request, on known and unknown routes alike.
func (k *Kernel) recognise(g *gin.Context) {
	if path := g.Request.URL.Path; !isVersioned(path) && path != PathKeys {
		return
	}
	who := k.identify(g.Request)
	NoteCaller(g, who)
	if err := k.count(g, who); err != nil {
		k.Fail(g, err)
	}
}

// identify reads the credential. The client's routes take no API key, and the merchant's no client secret.
func (k *Kernel) identify(r *http.Request) (who Caller) {
	token, given := bearer(r)
	if !given {
		return Caller{}
	}
	if strings.HasPrefix(r.URL.Path, PathVerify+"/") {
		ctx, cancel := context.WithTimeout(r.Context(), k.config.RequestTimeout)
		defer cancel()
		who, err := k.Secrets.Identify(ctx, token)
		if err != nil {
			return Caller{refused: err}
		}
		return who
	}
	holder, err := k.keys.authenticate(r.Context(), token)
	if err != nil {
		return Caller{refused: err}
	}
	return Caller{key: &holder}
}

// bearer returns the credential of a request. A header of another scheme is a credential too, and opens nothing.
func bearer(r *http.Request) (token string, given bool) {
	header := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", header != ""
	}
	return strings.TrimSpace(token), true
}

// Access says which credential a route takes.
type Access int

// The kinds of access. The routes of a session take the credentials of its devices.
const (
	ForAnybody Access = iota
	ForSecretKey
	ForAnyKey
	ForClientSecret // or a device token
	ForAnybodyOrClientSecret
	ForDesktop // no device token
	ForDevice  // a device token alone
	ForProvider
)

// hasSubject reports whether the credential or the path names the one session that the route is about.
func (need Access) hasSubject() bool {
	return need != ForAnybody && need != ForSecretKey && need != ForAnyKey
}

func (k *Kernel) authorise(c *Call, r Route) error {
	switch need := r.access; need {
	case ForSecretKey, ForAnyKey:
		return authoriseKey(c, need)
	case ForClientSecret, ForAnybodyOrClientSecret, ForDesktop, ForDevice:
		return k.authoriseClient(c, r)
	default:
		return nil
	}
}

// The header of every answer to the creation of a session with a publishable key.
const (
	headerDeprecation = "Stile-Deprecation"
	deprecatedCreate  = "publishable-key-session-create"
)

func authoriseKey(c *Call, need Access) error {
	switch {
	case c.Who.refused != nil:
		return c.Who.refused
	case c.Who.key == nil:
		return models.Errorf(models.CodeAPIKeyInvalid, "No API key provided. Send it as 'Authorization: Bearer stile_sk_...'")
	case c.Who.key.Key.Kind != models.PublishableKey:
		return nil
	case need == ForAnyKey:
		c.Gin.Header(headerDeprecation, deprecatedCreate)
		return nil
	default:
		return models.Errorf(models.CodePublishableKeyScope,
			"A publishable key can only create verification sessions. Use a secret key")
	}
}

// authoriseClient lets a client secret open its own session and no other.
func (k *Kernel) authoriseClient(c *Call, r Route) (err error) {
	read := k.store.Across().PublicSession
	// The repeat of a request answers by the row of the session.
	if _, repeatable := c.Gin.Request.Header[headerIdempotencyKey]; r.asCreated && !c.Who.OnPhone() && !repeatable {
		read = func(ctx context.Context, id string) (s models.Session, err error) {
			s, c.AsCreated, err = k.store.Across().CreatedSession(ctx, id)
			return s, err
		}
	}
	c.Session, c.Handoff, err = k.admit(c.Ctx, c.Who, c.ID(), r.access, read)
	return err
}

// Admit returns the session that a client secret or a device token opens, and the handoff by which a phone holds it. A
// credential opens its own session and no other.
func (k *Kernel) Admit(
	ctx context.Context, who Caller, id string, need Access,
) (models.Session, models.Handoff, error) {
	return k.admit(ctx, who, id, need, k.store.Across().PublicSession)
}

func (k *Kernel) admit(
	ctx context.Context, who Caller, id string, need Access, read func(context.Context, string) (models.Session, error),
) (s models.Session, h models.Handoff, err error) {
	switch {
	case who.refused != nil:
		return s, h, who.refused
	case who.client == nil && need != ForAnybodyOrClientSecret:
		return s, h, models.Errorf(models.CodeAPIKeyInvalid, "No client secret provided")
	case who.client != nil && who.client.session != id:
		return s, h, models.SessionNotFound(id)
	case need == ForDesktop && who.OnPhone(), need == ForDevice && !who.OnPhone():
		return s, h, models.Errorf(models.CodeAPIKeyInvalid, "This takes %s", map[Access]string{
			ForDesktop: "a client secret, no device token", ForDevice: "a device token",
		}[need])
	}
	if s, err = read(ctx, id); err != nil {
		return s, h, err
	}
	if who.client != nil && who.client.org != s.OrgID {
		return s, h, models.SessionNotFound(id)
	}
	if who.OnPhone() {
		h, err = k.holder(ctx, s, who.client.attempt)
	}
	return s, h, err
}

// holder returns the handoff of a phone that holds the session, or held it when the session ended. Errors:
// CodeHandoffEnded.
func (k *Kernel) holder(ctx context.Context, s models.Session, attempt string) (models.Handoff, error) {
	h, err := k.store.Handoff(ctx, s, attempt)
	if err != nil {
		return h, err
	}
	holds := s.AttemptID != nil && *s.AttemptID == h.ID
	if holds || s.Status.Terminal() && h.EndedAt == nil {
		return h, nil
	}
	return h, store.HandoffEnded()
}
