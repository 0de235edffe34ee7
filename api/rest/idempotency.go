package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	headerIdempotencyKey  = "Idempotency-Key"
	headerReplayed        = "Idempotent-Replayed"
	longestIdempotencyKey = 255
	// MostDeviceAnswers is how many answers are kept for a session's devices, because a device can make up keys.
	MostDeviceAnswers = 100
	// A duplicate looks again after claimPause, and then ever less often.
	claimPause        = 25 * time.Millisecond
	longestClaimPause = 250 * time.Millisecond
	// mostKept is the size of an answer that is kept to be replayed.
	mostKept = 1 << 20
)

// idempotencyKey reads the header.
func idempotencyKey(r *http.Request) (key string, given bool, err error) {
	values := r.Header.Values(headerIdempotencyKey)
	if len(values) == 0 {
		return "", false, nil
	}
	key = values[0]
	valid := len(values) == 1 && len(key) >= 1 && len(key) <= longestIdempotencyKey
	for i := range len(key) {
		valid = valid && key[i] >= ' ' && key[i] <= '~'
	}
	if !valid {
		err = models.Invalid(headerIdempotencyKey,
			"The key must be 1 to %d printable ASCII characters", longestIdempotencyKey)
	}
	return key, true, err
}

// once carries a request out, or replays the answer of the one that was. Only success is kept. After a refusal the key
// is free; after a failure of ours the next request takes over, with the id that was reserved.
func (k *Kernel) once(c *Call, r Route, key string) (Answer, error) {
	claimed, err := k.claim(c, r, key)
	switch {
	case err != nil:
		return Answer{}, err
	case claimed.Replay != nil:
		return replayed(*claimed.Replay), nil
	}
	c.claim = claimed.Claim
	end := k.yield // a panic leaves it at this
	defer func() { end(c) }()
	ans, err := k.perform(c, r)
	if err != nil {
		if models.IsRefusal(err) {
			end = k.release
		}
		return Answer{}, err
	}
	end = func(c *Call) { k.keep(c, ans) }
	return ans, nil
}

// scope separates callers that must not see each other's answers: organizations, sessions, and the two kinds of key.
func (c *Call) scope() string {
	if c.Who.key != nil {
		return "org:" + c.Who.orgID() + ":" + string(c.Who.key.Key.Kind)
	}
	if c.Who.client == nil { // a caller without a credential has the answer only to the same body
		sum := sha256.Sum256(models.CanonicalJSON(c.Body))
		return "body:" + hex.EncodeToString(sum[:])
	}
	return "session:" + c.Session.ID
}

// claim asks for the key until it is ours or answered, for as long as a client can be kept waiting.
func (k *Kernel) claim(c *Call, route Route, key string) (store.Claimed, error) {
	r := c.Gin.Request
	request := store.Request{Method: r.Method, Path: targetOf(r, route.headers), Body: c.Body}
	timeout := time.NewTimer(k.config.IdempotencyWait)
	defer timeout.Stop()
	for pause := claimPause; ; pause = min(2*pause, longestClaimPause) {
		claimed, err := k.store.ClaimKey(r.Context(), c.scope(), key, request)
		if err != nil || claimed.Claim != nil || claimed.Replay != nil {
			return claimed, err
		}
		select {
		case <-time.After(pause):
			continue
		case <-timeout.C:
		case <-k.Closed():
		case <-r.Context().Done():
		}
		// Not a conflict: that would make clients take another key, and a duplicate of it.
		return claimed, Unavailable("The first request with this Idempotency-Key is still being carried out")
	}
}

// targetOf returns the path with the query in one spelling, and with the headers. The requests of one key are compared
// by it.
func targetOf(r *http.Request, headers []string) string {
	target := r.URL.Path
	if query := r.URL.RawQuery; query != "" {
		if parsed, err := url.ParseQuery(query); err == nil {
			query = parsed.Encode()
		}
		target += "?" + query
	}
	for _, name := range headers {
		for _, value := range r.Header.Values(name) {
			target += "\n" + name + ": " + value
		}
	}
	return target
}

func replayed(stored store.StoredResponse) Answer {
	header := map[string]string{headerReplayed: "true"}
	for name, value := range stored.Header {
		header[name] = value
	}
	return Answer{Status: stored.Status, ContentType: header["Content-Type"], Body: stored.Body, Header: header}
}

// keep stores the answer, unless it is larger than mostKept: a repeat of the request is then carried out, and finds the
// object of the first under the reserved id. Where storing fails the claim stays, and a repeat finds the object as
// well.
func (k *Kernel) keep(c *Call, ans Answer) {
	if len(ans.Body) > mostKept {
		k.yield(c)
		return
	}
	stored := store.StoredResponse{
		Status: ans.Status, Body: ans.Body, Header: map[string]string{"Content-Type": ans.ContentType},
	}
	maps.Copy(stored.Header, ans.Header)
	if deprecation := c.Gin.Writer.Header().Get(headerDeprecation); deprecation != "" {
		stored.Header[headerDeprecation] = deprecation
	}
	k.settle(c, "keep", func(ctx context.Context) error {
		if err := k.store.Finish(ctx, *c.claim, stored); err != nil || c.Who.key != nil {
			return err
		}
		return k.store.TrimKeys(ctx, c.scope(), MostDeviceAnswers)
	})
}

func (k *Kernel) yield(c *Call) {
	k.settle(c, "yield", func(ctx context.Context) error { return k.store.Yield(ctx, *c.claim) })
}

func (k *Kernel) release(c *Call) {
	k.settle(c, "release", func(ctx context.Context) error { return k.store.Release(ctx, *c.claim) })
}

// settle ends a claim even though the client may be gone, or the request out of time.
func (k *Kernel) settle(c *Call, what string, end func(context.Context) error) {
	if err := end(context.WithoutCancel(c.Gin.Request.Context())); err != nil {
		k.log.Warn("api: an idempotency claim could not be settled; a repeat of the request waits for its lease to end",
			"what", what, "request_id", RequestID(c.Gin), "error", err.Error())
	}
}
