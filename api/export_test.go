package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/api/device"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/sessions"
)

// Routes are all operations, as gin knows them.
func (a *API) Routes() gin.RoutesInfo { return a.router.Routes() }

// Sessions are the use cases.
func (a *API) Sessions() *sessions.Service { return a.sessions }

// Followed returns how many wait for each session.
func (a *API) Followed() map[string]int { return a.device.Followed() }

// DeviceWrites names the requests of a user's device that write, as docs/operations.md does: the routes that a client
// secret, a device token or a handoff's token opens, and the messages of the live channel.
func (a *API) DeviceWrites() (writes []string) {
	for _, r := range a.routes() {
		replies := strings.HasPrefix(r.Path, rest.PathMethods+"/") // a redirect brings its reply by GET
		if (r.Method != http.MethodGet || replies) && r.IsDevice() {
			writes = append(writes, r.Method+" "+strings.Replace(r.Path, rest.PathVerify+"/:id", "…", 1))
		}
	}
	return append(writes, device.MessageTypes()...)
}
