package rest

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
)

// count takes one request from the caller's allowance, and writes the rest of it into the headers.
func (k *Kernel) count(g *gin.Context, who Caller) error {
	bucket, limit := k.allowance(g, who)
	rate, err := k.store.TakeRate(g.Request.Context(), bucket, limit)
	if err != nil {
		// Not a reason to refuse: if the database is away, the request will say so by itself.
		k.log.Warn("api: the rate limit is not counted, so the request passes without one",
			"request_id", RequestID(g), "error", err.Error())
		return nil
	}
	// Spelled as net/http sends them: it would make a copy of any other spelling.
	g.Header("X-Ratelimit-Limit", strconv.Itoa(rate.Limit))
	g.Header("X-Ratelimit-Remaining", strconv.Itoa(rate.Remaining))
	g.Header("X-Ratelimit-Reset", strconv.FormatInt(rate.Reset.Unix(), 10))
	if rate.Allowed {
		return nil
	}
	return &models.Error{
		Code: models.CodeRateLimitExceeded, RetryAfter: rate.RetryAfter,
		Message: "Too many requests. Wait for the seconds that Retry-After says, then try again",
	}
}

func (k *Kernel) allowance(g *gin.Context, who Caller) (bucket string, limit int) {
	switch {
	case who.key != nil && who.key.Key.Kind == models.PublishableKey:
		return who.key.Key.ID, k.config.RateLimitPublishable
	case who.key != nil:
		return who.key.Key.ID, k.config.RateLimitSecret
	case who.client != nil:
		return "session:" + who.client.session, k.config.RateLimitSession
	case strings.HasPrefix(g.Request.URL.Path, PathCallbacks+"/"):
		return "provider:" + k.bucket(g), k.config.RateLimitProvider // one address calls for many sessions
	default:
		return "addr:" + k.bucket(g), k.config.RateLimitAddress
	}
}

// network returns the network of one customer: an IPv4 address, or the /64 of an IPv6 address.
func network(address netip.Addr) string {
	if !address.Is6() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // fails for more bits than there are
	return prefix.String()
}
