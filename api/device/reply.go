package device

import (
	"cmp"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/sessions"
)

// takeReply has a method answer a request of others than the user's device: a wallet, a bank, another person.
func (hs *Handlers) takeReply(c *rest.Call) (rest.Answer, error) {
	method, err := rest.ParseMethod(c.Gin.Param("method"))
	if err != nil {
		return rest.Answer{}, err
	}
	replied, err := hs.sessions.Answer(c.Ctx, sessions.Reply{
		Method: method, Verb: c.Gin.Request.Method, Route: c.Gin.Param("route"), ChallengeID: c.Gin.Param("challenge"),
		Query: c.Gin.Request.URL.Query(), ContentType: c.Gin.GetHeader("Content-Type"), Body: c.Body,
	})
	if err != nil {
		return rest.Answer{}, err
	}
	ans := rest.Answer{
		Status: cmp.Or(replied.Status, http.StatusOK), ContentType: replied.ContentType, Body: replied.Body,
	}
	if replied.Location != "" {
		ans.Status, ans.Header = http.StatusSeeOther, map[string]string{"Location": replied.Location}
	}
	return ans, nil
}

// readReply reads the body of a reply, of whatever type.
func (hs *Handlers) readReply(c *rest.Call) ([]byte, error) {
	return hs.kernel.ReadRaw(c.Gin, hs.config.MaxBody)
}
