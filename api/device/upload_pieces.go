package device

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// The headers of uploads in pieces, as draft-ietf-httpbis-resumable-upload names them.
const (
	headerUploadComplete = "Upload-Complete"
	headerUploadOffset   = "Upload-Offset"
	headerUploadLength   = "Upload-Length"
	headerUploadLimit    = "Upload-Limit"
)

// getUpload shows an upload and how much of it has arrived.
func (hs *Handlers) getUpload(c *rest.Call) (rest.Answer, error) {
	upload, err := hs.sessions.UploadState(c.Ctx, c.Device(), c.Param("upload"))
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.uploadReply(http.StatusOK, c, upload)
}

// continueUpload appends the body to an upload. A refusal for a wrong offset names the right one.
func (hs *Handlers) continueUpload(c *rest.Call) (rest.Answer, error) {
	offset, given, err := byteCount(c, headerUploadOffset)
	if err != nil {
		return rest.Answer{}, err
	}
	if !given {
		return rest.Answer{}, rest.Missing(headerUploadOffset)
	}
	last, err := completes(c, false)
	if err != nil {
		return rest.Answer{}, err
	}
	piece := sessions.Piece{Offset: offset, Content: c.Body, Last: last}
	upload, err := hs.sessions.ContinueUpload(c.Ctx, c.Device(), c.Param("upload"), piece)
	if models.CodeOf(err) == models.CodeUploadOffset {
		for name, value := range hs.uploadHeader(upload) {
			c.Gin.Header(name, value)
		}
	}
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.uploadReply(http.StatusOK, c, upload)
}

// uploadReply answers with an upload. The answer to a creation names its address.
func (hs *Handlers) uploadReply(status int, c *rest.Call, u models.Upload) (rest.Answer, error) {
	ans, err := rest.Reply(status, showUpload(u))
	ans.Header = hs.uploadHeader(u)
	if status == http.StatusCreated {
		ans.Header["Location"] = rest.PathVerify + "/" + c.Session.ID + "/uploads/" + u.ID
	}
	return ans, err
}

// uploadHeader returns the headers that say how far an upload is, and how it may go on.
func (hs *Handlers) uploadHeader(u models.Upload) map[string]string {
	header := map[string]string{headerUploadOffset: strconv.FormatInt(u.Size, 10), headerUploadComplete: "?1"}
	if !u.Complete {
		header[headerUploadComplete] = "?0"
		header[headerUploadLimit] = fmt.Sprintf("max-size=%d, min-append-size=%d, max-age=%d",
			hs.config.UploadMaxBytes, sessions.PieceMinBytes, int(u.ExpiresAt.Sub(hs.store.Now().Time).Seconds()))
	}
	return header
}

// completes reports whether the upload ends with the body, as Upload-Complete says.
func completes(c *rest.Call, otherwise bool) (bool, error) {
	switch values := c.Gin.Request.Header.Values(headerUploadComplete); {
	case len(values) == 0:
		return otherwise, nil
	case len(values) == 1 && values[0] == "?1":
		return true, nil
	case len(values) == 1 && values[0] == "?0":
		return false, nil
	default:
		return false, models.Invalid(headerUploadComplete, "%s must be ?0 or ?1", headerUploadComplete)
	}
}

// byteCount reads a header that is a number of bytes.
func byteCount(c *rest.Call, name string) (count int64, given bool, err error) {
	values := c.Gin.Request.Header.Values(name)
	if len(values) == 0 {
		return 0, false, nil
	}
	count, err = strconv.ParseInt(values[0], 10, 64)
	if err != nil || count < 0 || len(values) > 1 {
		return 0, true, models.Invalid(name, "%s must be a number of bytes", name)
	}
	return count, true, nil
}
