package api

import (
	_ "embed"
	"net/http"
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

func (a *API) specification(*call) (answer, error) {
	return answer{status: http.StatusOK, contentType: "application/yaml", body: specification}, nil
}
