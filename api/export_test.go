package api

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
)

// Routes are all operations, as gin knows them.
func (a *API) Routes() gin.RoutesInfo { return a.router.Routes() }

// AllowedPage shows where the links of handoffs may lead.
func (a *API) AllowedPage(ctx context.Context, org models.Organization, param, text string) (models.HandoffURL, error) {
	return a.allowedPage(ctx, org, param, text)
}

// HandoffOrigins are the origins of the organization's pages.
func (a *API) HandoffOrigins(ctx context.Context, org string) ([]string, error) {
	return a.handoffOrigins(ctx, org)
}

// KnowsHandoffOrigin reports whether the origin is anybody's.
func (a *API) KnowsHandoffOrigin(ctx context.Context, origin string) (bool, error) {
	return a.knowsHandoffOrigin(ctx, origin)
}

// HandoffPage is where the link of a session leads.
func (a *API) HandoffPage(ctx context.Context, org models.Organization, s models.Session, requested *string) (models.HandoffURL, error) {
	wanted, err := a.handoffOf(ctx, s)
	if err != nil {
		return models.HandoffURL{}, err
	}
	return a.handoffPage(ctx, org, wanted, requested)
}

// What the link of a handoff is, whom it names, and how it is drawn.
var (
	HandoffLink = handoffLink
	CompanyOf   = companyOf
	QRSVG       = qrSVG
)

// Followed are the sessions that somebody waits for, with how many do.
func (a *API) Followed() map[string]int {
	a.followers.mu.Lock()
	defer a.followers.mu.Unlock()
	listeners := map[string]int{}
	for id, follower := range a.followers.open {
		listeners[id] = follower.listeners
	}
	return listeners
}

// DeviceWrites names the requests of a user's device that write, as docs/operations.md does: the routes that a client
// secret, a device token or a handoff's token opens, and the messages of the live channel.
func (a *API) DeviceWrites() (writes []string) {
	for _, r := range a.routes() {
		device := r.access == forClientSecret || r.access == forAnybodyOrClientSecret || r.access == forDesktop || r.access == forDevice
		public := r.access == forAnybody && isVersioned(r.path)
		if r.method != get && (device || public) {
			writes = append(writes, r.method+" "+strings.Replace(r.path, pathVerify+"/:id", "…", 1))
		}
	}
	for message := range liveMessages {
		writes = append(writes, message)
	}
	return append(writes, "hello")
}

// MostDeviceAnswers is how many answers are kept for a session's devices.
const MostDeviceAnswers = mostDeviceAnswers
