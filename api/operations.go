package api

import (
	_ "embed"
	"errors"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models/store"
)

//go:embed openapi.yaml
var specification []byte

type healthObject struct {
	Status string `json:"status"`
}

// health answers that the process is alive. It does not look at the database or Temporal.
func (a *API) health(*rest.Call) (rest.Answer, error) {
	return rest.Reply(http.StatusOK, healthObject{"ok"})
}

// errLeaving is the cause of unreadiness after Leave.
var errLeaving = errors.New("the process was told to stop")

// readiness says that requests can be served, those that write included, and that the process stays. Temporal does not
// count: sessions are accepted without it.
func (a *API) readiness(c *rest.Call) (rest.Answer, error) {
	if a.leaving.Load() {
		leaving := store.Fault{Part: "process", Message: "is about to stop", Err: errLeaving}
		return rest.Answer{}, rest.NotReady(a.log, "api", []store.Fault{leaving})
	}
	if faults := a.store.Faults(c.Ctx); len(faults) > 0 {
		return rest.Answer{}, rest.NotReady(a.log, "api", faults)
	}
	return rest.Reply(http.StatusOK, rest.Ready(a.sessions.Methods(), a.mail))
}

func (a *API) specification(*rest.Call) (rest.Answer, error) {
	return rest.Answer{Status: http.StatusOK, ContentType: "application/yaml", Body: specification}, nil
}
