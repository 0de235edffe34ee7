package api

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// call is one request as a handler sees it: recognised, allowed and read.
type call struct {
	ctx context.Context
	gin *gin.Context
	who caller
	// subject is there on the routes that are about one session because of what they are asked with.
	*subject
	query *query
	body  []byte
	// claim is held by a request with an Idempotency-Key.
	claim *store.Claim
	// forwarding tells who sends the request.
	forwarding *forwarding
}

// subject is the session that a call is about before its handler looks anything up. Sessions are large, and most calls
// have none.
type subject struct {
	// session is the row that the client secret opens, on the routes that take one.
	session models.Session
	// handoff is the attempt by which a phone holds the session; the zero one where the desktop calls.
	handoff models.Handoff
	// callback is the submission of a provider's callback, on that route.
	callback sessions.Callback
}

// sender returns where the request comes from.
func (c *call) sender() sessions.Sender { return c.forwarding.sender(c.gin.Request) }

// device returns the device of the user that calls, on the routes that are about one session.
func (c *call) device() sessions.Device {
	return sessions.Device{Session: c.session, Handoff: c.handoff, Sender: c.sender()}
}

// org is the caller's organization. It is set on the routes that take an API key.
func (c *call) org() models.Organization { return c.who.key.Org }

// actor names the caller in the audit log.
func (c *call) actor() string { return c.who.key.Key.ID }

// live reports whether the caller's organization verifies real people.
func (c *call) live() bool { return !c.org().Sandbox }

// untrusted reports whether the caller holds a publishable key, as every browser does: what it says is a claim.
func (c *call) untrusted() bool { return c.who.key.Key.Kind == models.PublishableKey }

// longestID is well beyond the length of any identifier.
const longestID = 100

// id is the first one in the path.
func (c *call) id() string { return c.param("id") }

// param is a part of the path that names something.
func (c *call) param(name string) string { return pathID(c.gin, name) }

// pathID returns a part of the path, made safe to look up and to show: PostgreSQL takes neither NUL nor invalid UTF-8. No
// identifier contains a replaced character, so such an id is not found.
func pathID(g *gin.Context, name string) string {
	id := strings.ReplaceAll(g.Param(name), "\x00", "\uFFFD")
	return models.Clip(strings.ToValidUTF8(id, "\uFFFD"), longestID)
}

// answer is what a handler has to say when nothing went wrong.
type answer struct {
	status      int
	contentType string
	body        []byte
	header      map[string]string
}

const contentJSON = "application/json; charset=utf-8"

// reply answers with an object.
func reply(status int, object any) (answer, error) {
	body, err := encode(object)
	return answer{status: status, contentType: contentJSON, body: body}, err
}

// encode writes JSON as it reads best: without the escapes that only matter inside HTML.
func encode(object any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(object)
	return out.Bytes(), err
}

func (ans answer) write(g *gin.Context) {
	for name, value := range ans.header {
		g.Header(name, value)
	}
	if ans.contentType == "" {
		g.Status(ans.status)
		g.Writer.WriteHeaderNow()
		return
	}
	g.Header("Content-Length", strconv.Itoa(len(ans.body))) // said to HEAD too
	g.Data(ans.status, ans.contentType, ans.body)
}
