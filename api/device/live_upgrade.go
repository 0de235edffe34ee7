package device

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
)

// refusedHandshake keeps the plain text by which websocket.Accept refuses a handshake, so that the API answers in the
// form of its other errors. An accepted handshake passes through.
type refusedHandshake struct {
	gin.ResponseWriter
	status int // 0 unless Accept has refused
	text   strings.Builder
}

// WriteHeader holds a refusal back.
func (h *refusedHandshake) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		h.ResponseWriter.WriteHeader(status)
		return
	}
	h.status = status
}

// Write keeps the text of a refusal.
func (h *refusedHandshake) Write(text []byte) (int, error) {
	if h.status == 0 {
		return h.ResponseWriter.Write(text)
	}
	return h.text.Write(text)
}

// asError returns upgrade_required where the client's handshake is at fault, and err for every other failure.
func (h *refusedHandshake) asError(err error) error {
	h.Header().Del("Content-Type")
	h.Header().Del("Connection") // Accept asks for an upgrade there, which this answer is none of
	if h.status == 0 || h.status >= http.StatusInternalServerError {
		return err
	}
	h.Header().Set("Upgrade", "websocket")
	return models.Errorf(models.CodeUpgradeRequired, "The handshake of the WebSocket is broken: %s",
		strings.TrimPrefix(strings.TrimSpace(h.text.String()), "WebSocket protocol violation: "))
}
