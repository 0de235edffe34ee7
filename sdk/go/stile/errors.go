package stile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// The codes of errors that the client finds itself.
const (
	// ErrorCodeConnectionFailed says that the connection failed before the whole answer came.
	ErrorCodeConnectionFailed ErrorCode = "connection_failed"
	// ErrorCodeTimeout says that no whole answer came in time.
	ErrorCodeTimeout ErrorCode = "timeout"
	// ErrorCodeAnswerInvalid says that an answer is none of Stile's, such as a proxy's page or a redirect.
	ErrorCodeAnswerInvalid ErrorCode = "answer_invalid"
)

// Error is a request that the API refused, or that got no answer. Use errors.As to get it, and branch on Code.
type Error struct {
	// Type is the class of the error.
	Type ErrorType
	// Code names the error. Codes that are not among the constants may be added.
	Code ErrorCode
	// Message is a text for a developer.
	Message string
	// Param is the parameter at fault, if there is one.
	Param string
	// RequestID names the request in Stile's logs. It is empty if no answer of Stile came.
	RequestID string
	// StatusCode is the HTTP status, 0 if no answer came.
	StatusCode int
	// RetryAfter is the wait that the API asks for, 0 if it asks for none.
	RetryAfter time.Duration

	cause error
}

// Error returns the code, the message and the request id.
func (e *Error) Error() string {
	if e.RequestID == "" {
		return fmt.Sprintf("stile: %s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("stile: %s: %s (%s)", e.Code, e.Message, e.RequestID)
}

// Unwrap returns the network's error if no answer came.
func (e *Error) Unwrap() error { return e.cause }

// Network reports whether no whole answer came, because the connection failed or the time was up. The API may have
// served the request.
func (e *Error) Network() bool { return e.StatusCode == 0 }

// temporary reports whether a repeat of the request may succeed.
func (e *Error) temporary() bool {
	return e.Network() || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= http.StatusInternalServerError
}

// refusal returns the error of an answer other than 2xx. One whose body is none of Stile's has the code answer_invalid.
func (r reply) refusal() *Error {
	var envelope struct {
		Error struct {
			Type      ErrorType `json:"type"`
			Code      ErrorCode `json:"code"`
			Message   string    `json:"message"`
			Param     string    `json:"param"`
			RequestID string    `json:"request_id"`
		} `json:"error"`
	}
	e := r.invalid("the body is not an answer of Stile")
	e.RetryAfter = retryAfterOf(r.header)
	if len(r.body) > maxAnswer || json.Unmarshal(r.body, &envelope) != nil || envelope.Error.Code == "" {
		return e
	}
	e.Type, e.Code, e.Message = envelope.Error.Type, envelope.Error.Code, envelope.Error.Message
	e.Param = envelope.Error.Param
	if envelope.Error.RequestID != "" {
		e.RequestID = envelope.Error.RequestID
	}
	return e
}

// invalid returns the error of an answer that is none of Stile's.
func (r reply) invalid(reason string) *Error {
	return &Error{
		Type: ErrorTypeAPIError, Code: ErrorCodeAnswerInvalid, StatusCode: r.status,
		Message:   fmt.Sprintf("HTTP status %d: %s", r.status, reason),
		RequestID: r.header.Get("Request-Id"),
	}
}
