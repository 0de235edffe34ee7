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

// onPhone reports whether the device calls that a handoff has taken the session to.
func (w caller) onPhone() bool { return w.client != nil && w.client.attempt != "" }

func callerOf(g *gin.Context) caller {
	who, _ := g.Get(keyCaller)
	known, _ := who.(caller)
	return known
}

// recognise finds out who calls and counts the call, on known and unknown routes alike.
func (a *API) recognise(g *gin.Context) {
	if !isVersioned(g.Request.URL.Path) {
		return
	}
	who := a.identify(g.Request)
	g.Set(keyCaller, who)
	if err := a.count(g, who); err != nil {
		a.fail(g, err)
	}
}

// identify reads the credential. The client's routes take no API key, and the merchant's no client secret.
func (a *API) identify(r *http.Request) (who caller) {
	token, given := bearer(r)
	if !given {
		return caller{}
	}
	if strings.HasPrefix(r.URL.Path, pathVerify+"/") {
		ctx, cancel := context.WithTimeout(r.Context(), a.config.RequestTimeout)
		defer cancel()
		claims, err := a.secrets.verify(ctx, token)
		if err != nil {
			return caller{refused: err}
		}
		return caller{client: &claims}
	}
	holder, err := a.keys.authenticate(r.Context(), token)
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

func (a *API) authorise(c *call, need access) error {
	switch need {
	case forSecretKey, forAnyKey:
		return authoriseKey(c, need)
	case forClientSecret, forAnybodyOrClientSecret, forDesktop, forDevice:
		return a.authoriseClient(c, need)
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
func (a *API) authoriseClient(c *call, need access) (err error) {
	switch {
	case c.who.refused != nil:
		return c.who.refused
	case c.who.client == nil && need != forAnybodyOrClientSecret:
		return models.Errorf(models.CodeAPIKeyInvalid, "No client secret provided")
	case c.who.client != nil && c.who.client.session != c.id():
		return models.SessionNotFound(c.id())
	case need == forDesktop && c.who.onPhone(), need == forDevice && !c.who.onPhone():
		return models.Errorf(models.CodeAPIKeyInvalid, "This takes %s", map[access]string{
			forDesktop: "a client secret, no device token", forDevice: "a device token",
		}[need])
	}
	if c.session, err = a.store.Across().PublicSession(c.ctx, c.id()); err != nil {
		return err
	}
	if c.who.client != nil && c.who.client.org != c.session.OrgID {
		return models.SessionNotFound(c.id())
	}
	if c.who.onPhone() {
		return a.authoriseDevice(c)
	}
	return nil
}

// authoriseDevice lets a phone go on for as long as it holds the session, and see how it ended.
func (a *API) authoriseDevice(c *call) (err error) {
	if c.handoff, err = a.store.Handoff(c.ctx, c.session, c.who.client.attempt); err != nil {
		return err
	}
	holds := c.session.AttemptID != nil && *c.session.AttemptID == c.handoff.ID
	if holds || c.session.Status.Terminal() && c.handoff.EndedAt == nil {
		return nil
	}
	return store.ErrHandoffEnded()
}
