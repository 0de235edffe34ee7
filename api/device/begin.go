package device

import (
	"encoding/json"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// challengeObject is the API's object of a challenge.
type challengeObject struct {
	Object    string           `json:"object"`
	ID        string           `json:"id"`
	Method    rules.Method     `json:"method"`
	Data      json.RawMessage  `json:"data"`
	Created   models.Timestamp `json:"created"`
	ExpiresAt models.Timestamp `json:"expires_at"`
}

// beginMethod makes a challenge for the next attempt at the method.
func (hs *Handlers) beginMethod(c *rest.Call) (rest.Answer, error) {
	method, in, err := readMethodInput(c)
	if err != nil {
		return rest.Answer{}, err
	}
	begun, err := hs.sessions.Begin(c.Ctx, c.Device(), method, in)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusCreated, challengeObject{
		Object: "method_challenge", ID: begun.ID, Method: begun.Method, Data: begun.Data, Created: begun.Created,
		ExpiresAt: begun.ExpiresAt,
	})
}
