package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// caller is who a request comes from, as far as its credential tells: nobody, an API key or a client secret.
type caller struct {
	key    *store.KeyHolder
	client *clientClaims
	// refused is why the credential counts for nothing.
	refused error
}

func (w caller) orgID() string {
	switch {
	case w.key != nil:
		return w.key.Org.ID
	case w.client != nil:
		return w.client.org
	default:
		return ""
	}
}

// phoneOf returns the caller that holds a session by a handoff.
func phoneOf(h models.Handoff) caller {
	return caller{client: &clientClaims{session: h.SessionID, org: h.OrgID, attempt: h.ID}}
}

// isClient reports whether the caller shows a client secret or a device token.
func (w caller) isClient() bool { return w.client != nil }

// onPhone reports whether the device calls that a handoff has taken the session to.
func (w caller) onPhone() bool { return w.client != nil && w.client.attempt != "" }

func callerOf(g *gin.Context) caller {
	who, _ := g.Get(keyCaller)
	known, _ := who.(caller)
	return known
}

// noteCaller has the access log name the caller of a request.
func noteCaller(g *gin.Context, who caller) { g.Set(keyCaller, who) }

// recognise finds out who calls and counts the call, on known and unknown routes alike.
func (k *Kernel) recognise(g *gin.Context) {
	if !isVersioned(g.Request.URL.Path) {
		return
	}
	who := k.identify(g.Request)
	noteCaller(g, who)
	if err := k.count(g, who); err != nil {
		k.fail(g, err)
	}
}

// identify reads the credential. The client's routes take no API key, and the merchant's no client secret.
func (k *Kernel) identify(r *http.Request) (who caller) {
	token, given := bearer(r)
	if !given {
		return caller{}
	}
	if strings.HasPrefix(r.URL.Path, pathVerify+"/") {
		ctx, cancel := context.WithTimeout(r.Context(), k.config.RequestTimeout)
		defer cancel()
		who, err := k.Secrets.identify(ctx, token)
		if err != nil {
			return caller{refused: err}
		}
		return who
	}
	holder, err := k.keys.authenticate(r.Context(), token)
	if err != nil {
		return caller{refused: err}
	}
	return caller{key: &holder}
}

// bearer is the credential of a request. A header of another kind is one too, though it opens nothing.
func bearer(r *http.Request) (token string, given bool) {
	header := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", header != ""
	}
	return strings.TrimSpace(token), true
}

// access is who may use a route.
type access int

const (
	forAnybody access = iota
	forSecretKey
	forAnyKey
	forClientSecret // or a device token
	forAnybodyOrClientSecret
	forDesktop // no device token
	forDevice  // a device token alone
	forProvider
)

// hasSubject tells the routes that are about one session because of what they are asked with.
func (need access) hasSubject() bool {
	return need != forAnybody && need != forSecretKey && need != forAnyKey
}

func (k *Kernel) authorise(c *call, need access) error {
	switch need {
	case forSecretKey, forAnyKey:
		return authoriseKey(c, need)
	case forClientSecret, forAnybodyOrClientSecret, forDesktop, forDevice:
		return k.authoriseClient(c, need)
	default:
		return nil
	}
}

// deprecated is said of every answer to a session creation with a publishable key.
const (
	headerDeprecation = "Stile-Deprecation"
	deprecatedCreate  = "publishable-key-session-create"
)

func authoriseKey(c *call, need access) error {
	switch {
	case c.who.refused != nil:
		return c.who.refused
	case c.who.key == nil:
		return models.Errorf(models.CodeAPIKeyInvalid, "No API key provided. Send it as 'Authorization: Bearer stile_sk_...'")
	case c.who.key.Key.Kind != models.PublishableKey:
		return nil
	case need == forAnyKey:
		c.gin.Header(headerDeprecation, deprecatedCreate)
		return nil
	default:
		return models.Errorf(models.CodePublishableKeyScope,
			"A publishable key can only create verification sessions. Use a secret key")
	}
}

// authoriseClient lets a client secret open its own session and no other.
func (k *Kernel) authoriseClient(c *call, need access) (err error) {
	c.session, c.handoff, err = k.admit(c.ctx, c.who, c.id(), need)
	return err
}

// admit returns the session that a client secret or a device token opens, and the handoff by which a phone holds it. A
// credential opens its own session and no other.
func (k *Kernel) admit(ctx context.Context, who caller, id string, need access) (s models.Session, h models.Handoff, err error) {
	switch {
	case who.refused != nil:
		return s, h, who.refused
	case who.client == nil && need != forAnybodyOrClientSecret:
		return s, h, models.Errorf(models.CodeAPIKeyInvalid, "No client secret provided")
	case who.client != nil && who.client.session != id:
		return s, h, models.SessionNotFound(id)
	case need == forDesktop && who.onPhone(), need == forDevice && !who.onPhone():
		return s, h, models.Errorf(models.CodeAPIKeyInvalid, "This takes %s", map[access]string{
			forDesktop: "a client secret, no device token", forDevice: "a device token",
		}[need])
	}
	if s, err = k.store.Across().PublicSession(ctx, id); err != nil {
		return s, h, err
	}
	if who.client != nil && who.client.org != s.OrgID {
		return s, h, models.SessionNotFound(id)
	}
	if who.onPhone() {
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
	return h, store.ErrHandoffEnded()
}
