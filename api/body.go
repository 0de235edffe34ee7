package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
)

// readBody reads the whole body, and refuses what is too large or is not said to be JSON.
func (a *API) readBody(g *gin.Context) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, a.config.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, models.Errorf(models.CodeRequestTooLarge,
			"The request body is larger than %d bytes", a.config.MaxBody)
	case err != nil:
		return nil, models.Errorf(models.CodeParameterInvalid, "The request body could not be read")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return []byte("{}"), nil // nothing is sent, whatever the client's library calls it
	}
	return body, checkContentType(g.GetHeader("Content-Type"))
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
