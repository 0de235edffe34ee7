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

// readiness says that requests can be served. Temporal does not count: sessions are accepted without it.
func (a *API) readiness(c *call) (answer, error) {
	migrated, err := false, a.store.Ping(c.ctx)
	if err == nil {
		migrated, err = a.store.Migrated(c.ctx)
	}
	if err != nil {
		a.log.Warn("not ready", "error", err.Error())
		return answer{}, unavailable("The database does not answer")
	}
	if !migrated {
		return answer{}, unavailable("The database schema is not up to date")
	}
	return reply(http.StatusOK, healthObject{"ok"})
}

func (a *API) specification(*call) (answer, error) {
	return answer{status: http.StatusOK, contentType: "application/yaml", body: specification}, nil
}
