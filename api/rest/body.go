package rest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
)

// readBody reads and decodes the whole body. It refuses a body that is too large or of another type than JSON.
func (k *Kernel) readBody(g *gin.Context) ([]byte, error) {
	body, err := k.ReadRaw(g, k.config.MaxBody)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return []byte("{}"), nil // an empty body is an empty object, of any content type
	}
	return body, checkContentType(g.GetHeader("Content-Type"))
}

// ReadRaw reads and decodes the whole body, of any type. It refuses more than limit bytes.
func (k *Kernel) ReadRaw(g *gin.Context, limit int64) ([]byte, error) {
	sent, err := decoded(g, http.MaxBytesReader(g.Writer, g.Request.Body, limit))
	if err != nil {
		return nil, unreadableBody(g, err, limit)
	}
	body, err := io.ReadAll(io.LimitReader(sent, limit+1)) // a compressed body may be larger
	switch {
	case err != nil:
		return nil, unreadableBody(g, err, limit)
	case int64(len(body)) > limit:
		return nil, BodyTooLarge(limit)
	}
	return body, nil
}

// decoded undoes the encoding of a body: gzip, or none.
func decoded(g *gin.Context, body io.Reader) (io.Reader, error) {
	switch encoding := strings.ToLower(strings.Join(g.Request.Header.Values("Content-Encoding"), ", ")); encoding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		unzipped, err := gzip.NewReader(body)
		if errors.Is(err, io.EOF) { // a body without a single byte
			return body, nil
		}
		return unzipped, err
	default:
		g.Header("Accept-Encoding", "gzip")
		return nil, models.Invalid("Content-Encoding", "Content-Encoding must be gzip or identity")
	}
}

// unreadableBody returns the error for a body that could not be read.
func unreadableBody(g *gin.Context, err error, limit int64) error {
	var refused *models.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &tooLarge):
		return BodyTooLarge(limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return models.Errorf(models.CodeRequestTimeout, "The request body did not arrive in time")
	case g.GetHeader("Content-Encoding") != "" && !errors.As(err, new(net.Error)):
		return models.Invalid("Content-Encoding", "The request body is not what Content-Encoding says")
	default:
		return models.Errorf(models.CodeParameterInvalid, "The request body could not be read")
	}
}

// BodyTooLarge returns the error for a body of more than limit bytes.
func BodyTooLarge(limit int64) error {
	return models.Errorf(models.CodeRequestTooLarge, "The request body is larger than %d bytes", limit)
}

// checkContentType takes every spelling of JSON in UTF-8: application/json, text/json and types that end in +json.
func checkContentType(header string) error {
	if header == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(header)
	charset := strings.ToLower(params["charset"])
	isJSON := kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
	if err != nil || !isJSON || charset != "" && charset != "utf-8" && charset != "utf8" {
		return models.Invalid("Content-Type", "Send the request body as application/json")
	}
	return nil
}
