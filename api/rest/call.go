package rest

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

// Call is one request as a handler sees it: recognised, allowed and read.
type Call struct {
	Ctx context.Context
	Gin *gin.Context
	Who Caller
	// subject is set on the routes that are about the one session of their credential or path.
	*subject
	Query *Query
	Body  []byte
	// claim is held by a request with an Idempotency-Key.
	claim *store.Claim
	// forwarding reads the sender from the headers of proxies.
	forwarding *forwarding
	// listBytes bounds the objects of a list.
	listBytes int
}

// subject is the session that a call is about, as it was read before the handler. Sessions are large, so calls without
// one do not carry the fields.
type subject struct {
	// Session is the row that the credential opens.
	Session models.Session
	// AsCreated reports that Session is the row as this process created it. Only routes that are AsCreated have it.
	AsCreated bool
	// Handoff is the handoff by which a phone holds the session; the zero Handoff where the desktop calls.
	Handoff models.Handoff
	// Callback is the submission of a provider's callback, on that route.
	Callback sessions.Callback
}

// Sender returns where the request comes from.
func (c *Call) Sender() sessions.Sender { return c.forwarding.sender(c.Gin.Request) }

// Device returns the device of the user that calls, on the routes that are about one session.
func (c *Call) Device() sessions.Device {
	return sessions.Device{Session: c.Session, AsCreated: c.AsCreated, Handoff: c.Handoff, Sender: c.Sender()}
}

// Org returns the caller's organization, on the routes that take an API key.
func (c *Call) Org() models.Organization { return c.Who.key.Org }

// Actor names the caller in the audit log.
func (c *Call) Actor() string { return c.Who.key.Key.ID }

// Live reports whether the caller's organization verifies real people.
func (c *Call) Live() bool { return !c.Org().Sandbox }

// Untrusted reports whether the caller holds a publishable key. Browsers hold it, so its parameters are claims.
func (c *Call) Untrusted() bool { return c.Who.key.Key.Kind == models.PublishableKey }

// LongestID is well beyond the length of any identifier.
const LongestID = 100

// ID returns the first id in the path.
func (c *Call) ID() string { return c.Param("id") }

// Param returns an id in the path, made safe by PathID.
func (c *Call) Param(name string) string { return PathID(c.Gin, name) }

// PathID returns a part of the path, made safe to look up and to show: PostgreSQL takes neither NUL nor invalid UTF-8.
// No identifier contains a replaced character, so such an id is not found.
func PathID(g *gin.Context, name string) string {
	id := strings.ReplaceAll(g.Param(name), "\x00", "\uFFFD")
	return models.Clip(strings.ToValidUTF8(id, "\uFFFD"), LongestID)
}

// Answer is the answer to a request that succeeded. Without a ContentType it has no body.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
	Header      map[string]string
}

const contentJSON = "application/json; charset=utf-8"

// Reply answers with an object.
func Reply(status int, object any) (Answer, error) {
	body, err := Encode(object)
	return Answer{Status: status, ContentType: contentJSON, Body: body}, err
}

// Encode writes JSON without the escapes that only matter inside HTML.
func Encode(object any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(object)
	return out.Bytes(), err
}

func (ans Answer) write(g *gin.Context) {
	for name, value := range ans.Header {
		g.Header(name, value)
	}
	if ans.ContentType == "" {
		g.Status(ans.Status)
		g.Writer.WriteHeaderNow()
		return
	}
	g.Header("Content-Length", strconv.Itoa(len(ans.Body))) // said to HEAD too
	g.Data(ans.Status, ans.ContentType, ans.Body)
}
