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
	sent, err := decoded(g, http.MaxBytesReader(g.Writer, g.Request.Body, k.config.MaxBody))
	if err != nil {
		return nil, k.unreadable(g, err)
	}
	body, err := io.ReadAll(io.LimitReader(sent, k.config.MaxBody+1)) // a compressed body may be larger
	switch {
	case err != nil:
		return nil, k.unreadable(g, err)
	case int64(len(body)) > k.config.MaxBody:
		return nil, k.tooLarge()
	case len(bytes.TrimSpace(body)) == 0:
		return []byte("{}"), nil // an empty body is an empty object, of any content type
	}
	return body, checkContentType(g.GetHeader("Content-Type"))
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

// unreadable returns the error for a body that could not be read.
func (k *Kernel) unreadable(g *gin.Context, err error) error {
	var refused *models.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &tooLarge):
		return k.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return models.Errorf(models.CodeRequestTimeout, "The request body did not arrive in time")
	case g.GetHeader("Content-Encoding") != "" && !errors.As(err, new(net.Error)):
		return models.Invalid("Content-Encoding", "The request body is not what Content-Encoding says")
	default:
		return models.Errorf(models.CodeParameterInvalid, "The request body could not be read")
	}
}

func (k *Kernel) tooLarge() error {
	return models.Errorf(models.CodeRequestTooLarge, "The request body is larger than %d bytes", k.config.MaxBody)
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
