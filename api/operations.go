package api

import (
	_ "embed"
	"log/slog"
	"net/http"
	"strings"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

//go:embed openapi.yaml
var specification []byte

type healthObject struct {
	Status string `json:"status"`
}

// health says that the process is alive, whatever it depends on.
func (a *API) health(*call) (answer, error) { return reply(http.StatusOK, healthObject{"ok"}) }

// readiness says that requests can be served, those that write included. Temporal does not count: sessions are accepted
// without it.
func (a *API) readiness(c *call) (answer, error) {
	if faults := a.store.Faults(c.ctx); len(faults) > 0 {
		return answer{}, NotReady(a.log, "api", faults)
	}
	return reply(http.StatusOK, healthObject{"ok"})
}

// NotReady logs each fault with its cause, and returns the error for the client, whose message names every part.
func NotReady(log *slog.Logger, component string, faults []store.Fault) *models.Error {
	messages := make([]string, 0, len(faults))
	for _, fault := range faults {
		log.Warn(component+": not ready, so load balancers should send nothing here",
			"part", fault.Part, "fault", fault.Message, "error", fault.Err.Error())
		messages = append(messages, fault.Part+" "+fault.Message)
	}
	return unavailable("Not ready: " + strings.Join(messages, "; "))
}

func (a *API) specification(*call) (answer, error) {
	return answer{status: http.StatusOK, contentType: "application/yaml", body: specification}, nil
}
