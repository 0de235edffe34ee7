package device

import (
	"regexp"

	"github.com/coder/websocket"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// envelope holds the fields of every message of a phone. The answer repeats the id.
type envelope struct {
	Type *string `json:"type"`
	ID   *string `json:"id"`
}

type helloMessage struct {
	envelope
	AttemptID        *string `json:"attempt_id"`
	MobileWriteToken *string `json:"mobile_write_token"`
	DeviceToken      *string `json:"device_token"`
	DeviceID         *string `json:"device_id"`
	AppVersion       *string `json:"app_version"`
}

type confirmMessage struct {
	envelope
	Number *int `json:"number"`
}

type phaseMessage struct {
	envelope
	Phase *string `json:"phase"`
}

type dataMessage struct {
	envelope
	Transfer *string `json:"transfer"`
	Method   *string `json:"method"`
	Upload   *bool   `json:"upload"`
	Index    *int    `json:"index"`
	Chunks   *int    `json:"chunks"`
	Chunk    *string `json:"chunk"` // base64
}

// ackMessage says that a message was carried out.
type ackMessage struct {
	Type string  `json:"type"`
	ID   *string `json:"id"`
}

func ack(m envelope) ackMessage { return ackMessage{Type: "ack", ID: m.ID} }

// helloAck answers hello.
type helloAck struct {
	ackMessage
	SessionID string `json:"session_id"`
	AttemptID string `json:"attempt_id"`
	// DeviceToken is the token for later hellos; null where hello had it.
	DeviceToken *string          `json:"device_token"`
	ExpiresAt   models.Timestamp `json:"expires_at"`
	Choices     []int            `json:"choices"`
	// Transfer is the transfer that the phone has begun; null without one.
	Transfer *transferObject `json:"transfer"`
}

// transferObject says where a transfer goes on.
type transferObject struct {
	Transfer string       `json:"transfer"`
	Method   rules.Method `json:"method"`
	Chunks   int          `json:"chunks"`
	Next     int          `json:"next"`
	// Upload says that the transfer becomes an upload rather than a submission.
	Upload bool `json:"upload"`
}

func showTransfer(t models.Transfer) *transferObject {
	return &transferObject{Transfer: t.Name, Method: t.Method, Chunks: t.Chunks, Next: t.Next, Upload: t.Upload}
}

// dataAck says that a chunk is stored. After the last chunk it has the attempt.
type dataAck struct {
	ackMessage
	*transferObject
	Attempt *attemptObject `json:"attempt"`
	// Uploaded is the upload that a completed transfer has stored.
	Uploaded *uploadObject `json:"uploaded"`
}

type errorMessage struct {
	Type    string           `json:"type"`
	ID      *string          `json:"id"`
	Code    models.ErrorCode `json:"code"`
	Message string           `json:"message"`
	Param   *string          `json:"param"`
}

func errorOf(id *string, public *models.Error) errorMessage {
	m := errorMessage{Type: "error", ID: id, Code: public.Code}
	m.Message, m.Param = rest.Spoken(public)
	return m
}

// stateMessage is the session as the phone's view shows it.
type stateMessage struct {
	Type    string     `json:"type"`
	Session viewObject `json:"session"`
}

type verdictMessage struct {
	Type string `json:"type"`
	// ResultID is the id of the attempt at the method, and of its result.
	ResultID          string            `json:"result_id"`
	Method            rules.Method      `json:"method"`
	Outcome           graph.Outcome     `json:"outcome"`
	ReasonCode        *rules.ReasonCode `json:"reason_code"`
	ReasonMessage     *string           `json:"reason_message"`
	RetryAllowed      bool              `json:"retry_allowed"`
	RemainingAttempts int               `json:"remaining_attempts"`
}

func (t standing) verdict(r models.Result) verdictMessage {
	left := t.attemptsLeft(r.Node)
	m := verdictMessage{
		Type: "verdict", ResultID: r.ID, Method: r.Method, Outcome: r.Status,
		RetryAllowed: left > 0 && !t.session.Status.Terminal() && t.offers(r.Node), RemainingAttempts: left,
	}
	if reasons := r.Public().Reasons; len(reasons) > 0 {
		m.ReasonCode, m.ReasonMessage = &reasons[0].Code, &reasons[0].Message
	}
	return m
}

// longestMessageID is in characters.
const longestMessageID = 64

// openEnvelope reads the type and the id of a message, and ignores its other fields.
func openEnvelope(kind websocket.MessageType, body []byte) (m envelope, err error) {
	if kind != websocket.MessageText {
		return m, models.Errorf(models.CodeParameterInvalid, "A message must be a JSON object in a text frame")
	}
	if err := rest.DecodeSome(body, &m); err != nil {
		return envelope{}, err
	}
	if err := rest.CheckText("id", m.ID, longestMessageID); err != nil {
		return envelope{}, err
	}
	if m.Type == nil {
		err = rest.Missing("type")
	}
	return m, err
}

var phaseName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
