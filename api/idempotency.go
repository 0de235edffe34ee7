package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	headerIdempotencyKey  = "Idempotency-Key"
	headerReplayed        = "Idempotent-Replayed"
	longestIdempotencyKey = 255
	// mostDeviceAnswers is how many answers are kept for a session's devices: who holds a client secret can make up keys.
	mostDeviceAnswers = 100
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
func (k *Kernel) once(c *call, r route, key string) (answer, error) {
	claimed, err := k.claim(c, key)
	switch {
	case err != nil:
		return answer{}, err
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
		return answer{}, err
	}
	end = func(c *call) { k.keep(c, ans) }
	return ans, nil
}

// scope keeps apart those who must not see each other's answers: organizations, sessions, and the two kinds of key.
func (c *call) scope() string {
	if c.who.key != nil {
		return "org:" + c.who.orgID() + ":" + string(c.who.key.Key.Kind)
	}
	if c.who.client == nil { // anybody: whoever knows the whole request may have its answer
		sum := sha256.Sum256(models.CanonicalJSON(c.body))
		return "body:" + hex.EncodeToString(sum[:])
	}
	return "session:" + c.session.ID
}

// claim asks for the key until it is ours or answered, for as long as a client can be kept waiting.
func (k *Kernel) claim(c *call, key string) (store.Claimed, error) {
	r := c.gin.Request
	request := store.Request{Method: r.Method, Path: r.URL.Path, Body: c.body}
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
		case <-k.closed():
		case <-r.Context().Done():
		}
		// Not a conflict: that would make clients take another key, and a duplicate of it.
		return claimed, unavailable("The first request with this Idempotency-Key is still being carried out")
	}
}

func replayed(stored store.StoredResponse) answer {
	header := map[string]string{headerReplayed: "true"}
	for name, value := range stored.Header {
		header[name] = value
	}
	return answer{status: stored.Status, contentType: header["Content-Type"], body: stored.Body, header: header}
}

// keep stores the answer, unless it is larger than mostKept: a repeat of the request is then carried out, and finds what
// the first made under the reserved id. Where that fails the request was carried out all the same: its claim stays, and who repeats
// it finds, under the reserved id, what it made.
func (k *Kernel) keep(c *call, ans answer) {
	if len(ans.body) > mostKept {
		k.yield(c)
		return
	}
	stored := store.StoredResponse{
		Status: ans.status, Body: ans.body, Header: map[string]string{"Content-Type": ans.contentType},
	}
	if deprecation := c.gin.Writer.Header().Get(headerDeprecation); deprecation != "" {
		stored.Header[headerDeprecation] = deprecation
	}
	k.settle(c, "keep", func(ctx context.Context) error {
		err := k.store.Finish(ctx, *c.claim, stored)
		if err == nil && c.who.key == nil {
			err = k.store.TrimKeys(ctx, c.scope(), mostDeviceAnswers)
		}
		return err
	})
}

func (k *Kernel) yield(c *call) {
	k.settle(c, "yield", func(ctx context.Context) error { return k.store.Yield(ctx, *c.claim) })
}

func (k *Kernel) release(c *call) {
	k.settle(c, "release", func(ctx context.Context) error { return k.store.Release(ctx, *c.claim) })
}

// settle ends a claim even though the client may be gone, or the request out of time.
func (k *Kernel) settle(c *call, what string, end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.gin.Request.Context()), store.WriteLimit)
	defer cancel()
	if err := end(ctx); err != nil {
		k.log.Warn("api: an idempotency claim could not be settled; a repeat of the request waits for its lease to end",
			"what", what, "request_id", requestID(c.gin), "error", err.Error())
	}
}
