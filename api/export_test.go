package api

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/sessions"
)

// Routes are all operations, as gin knows them.
func (a *API) Routes() gin.RoutesInfo { return a.router.Routes() }

// Sessions are the use cases.
func (a *API) Sessions() *sessions.Service { return a.sessions }

// What the link of a handoff is, and how it is drawn.
var (
	HandoffLink = handoffLink
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
