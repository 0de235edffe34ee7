package device

import (
	"net/http"
	"sync"
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// uploadObject is a file that a device has sent for an attempt, or is sending.
type uploadObject struct {
	Object    string           `json:"object"`
	ID        string           `json:"id"`
	Method    rules.Method     `json:"method"`
	Complete  bool             `json:"complete"`
	MediaType *string          `json:"media_type"` // null until the upload is complete
	Size      int64            `json:"size"`
	Created   models.Timestamp `json:"created"`
	ExpiresAt models.Timestamp `json:"expires_at"`
}

func showUpload(u models.Upload) uploadObject {
	return uploadObject{
		Object: "upload", ID: u.ID, Method: u.Method, Complete: u.Complete, MediaType: rest.OrNull(u.MediaType),
		Size: u.Size, Created: u.Created, ExpiresAt: u.ExpiresAt,
	}
}

// upload stores the body as a file for the next attempt at the method, or as the first piece of one.
func (hs *Handlers) upload(c *rest.Call) (rest.Answer, error) {
	name := c.Query.Text("method")
	if name == "" {
		return rest.Answer{}, rest.Missing("method")
	}
	method, known := rules.ParseMethod(name)
	if !known {
		return rest.Answer{}, models.Invalid("method", "There is no such method")
	}
	stored, err := hs.beginUpload(c, method)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.uploadReply(http.StatusCreated, c, stored)
}

// beginUpload stores the body as the headers say.
func (hs *Handlers) beginUpload(c *rest.Call, method rules.Method) (models.Upload, error) {
	whole, err := completes(c, true)
	if err != nil {
		return models.Upload{}, err
	}
	if whole {
		return hs.sessions.Upload(c.Ctx, c.Device(), method, c.Body)
	}
	length, given, err := byteCount(c, headerUploadLength)
	if err != nil {
		return models.Upload{}, err
	}
	if !given {
		return hs.sessions.BeginUpload(c.Ctx, c.Device(), method, c.Body, nil)
	}
	return hs.sessions.BeginUpload(c.Ctx, c.Device(), method, c.Body, &length)
}

// A process reads so many uploads of one session at once, and so many of all. Each takes several times its size.
const uploadsOfASession, uploadsAtOnce = 4, 64

// readUpload reads the body of an upload, which takes longer and may be larger than others.
func (hs *Handlers) readUpload(c *rest.Call) ([]byte, error) {
	if c.Gin.Request.ContentLength > hs.config.UploadMaxBytes {
		return nil, rest.BodyTooLarge(hs.config.UploadMaxBytes)
	}
	leave, err := hs.uploading.enter(c.Session.ID)
	if err != nil {
		return nil, err
	}
	defer leave()
	now := time.Now() // of the connection, which knows no other clock
	connection := http.NewResponseController(c.Gin.Writer)
	_ = connection.SetReadDeadline(now.Add(hs.config.UploadTimeout))
	_ = connection.SetWriteDeadline(now.Add(hs.config.UploadTimeout + hs.config.UploadTail))
	return hs.kernel.ReadRaw(c.Gin, hs.config.UploadMaxBytes)
}

// uploadGate counts the uploads that are being read.
type uploadGate struct {
	mu  sync.Mutex
	of  map[string]int
	all int
}

// enter takes a place. Errors: CodeRateLimitExceeded where the session has as many as it may, CodeServiceUnavailable
// where the process has.
func (g *uploadGate) enter(session string) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.of[session] >= uploadsOfASession:
		return nil, &models.Error{
			Code: models.CodeRateLimitExceeded, RetryAfter: time.Second,
			Message: "The session has other uploads under way. Send this one when they are done",
		}
	case g.all >= uploadsAtOnce:
		return nil, rest.Unavailable("Too many uploads are under way. Please try again")
	}
	if g.of == nil {
		g.of = map[string]int{}
	}
	g.of[session]++
	g.all++
	return func() { g.leave(session) }, nil
}

func (g *uploadGate) leave(session string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.of[session]--; g.of[session] == 0 {
		delete(g.of, session)
	}
}
