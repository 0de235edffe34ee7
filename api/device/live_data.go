package device

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// largestChunk is the size of one chunk in bytes.
	largestChunk = 64 << 10
	// mostChunks keeps the smallest chunks of the largest transfer from becoming a row each.
	mostChunks = 256
)

var transferName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// data takes a chunk of a submission or an upload. The chunks together are the body that the method's own route, or
// that of uploads, would take.
func (l *live) data(m message) (any, error) {
	var in dataMessage
	if err := rest.Decode(m.body, &in); err != nil {
		return nil, err
	}
	chunk, err := l.chunkOf(m.device.Handoff, in)
	if err != nil {
		return nil, err
	}
	taken, err := l.on.sessions.TakeChunk(m.ctx, m.device, chunk, readInput)
	if err != nil {
		return nil, err
	}
	answer := dataAck{ackMessage: ack(in.envelope), transferObject: showTransfer(taken.Transfer)}
	if taken.Attempt != nil {
		shown := showAttempt(*taken.Attempt)
		answer.Attempt = &shown
	}
	if taken.Upload != nil {
		shown := showUpload(*taken.Upload)
		answer.Uploaded = &shown
	}
	return answer, nil
}

// check returns the fault of a message's fields, but for those of the method and the content.
func (m dataMessage) check() error {
	switch {
	case m.Transfer == nil:
		return rest.Missing("transfer")
	case !transferName.MatchString(*m.Transfer):
		return models.Invalid("transfer", "transfer must be a name of 1 to 64 letters, digits, _ and -")
	case m.Method == nil:
		return rest.Missing("method")
	case m.Chunks == nil:
		return rest.Missing("chunks")
	case *m.Chunks < 1 || *m.Chunks > mostChunks:
		return models.Invalid("chunks", "chunks must be from 1 to %d", mostChunks)
	case m.Index == nil:
		return rest.Missing("index")
	case *m.Index < 0 || *m.Index >= *m.Chunks:
		return models.Invalid("index", "index must be from 0 to %d", *m.Chunks-1)
	case m.Chunk == nil:
		return rest.Missing("chunk")
	default:
		return nil
	}
}

func (l *live) chunkOf(h models.Handoff, m dataMessage) (chunk store.NewChunk, err error) {
	if err := m.check(); err != nil {
		return chunk, err
	}
	method, err := rest.ParseMethod(*m.Method)
	if err != nil {
		return chunk, err
	}
	data, err := decodeBase64(*m.Chunk)
	if err != nil || len(data) > largestChunk {
		return chunk, models.Invalid("chunk", "chunk must be base64 of at most %d bytes", largestChunk)
	}
	chunk = store.NewChunk{
		Handoff: h, Name: *m.Transfer, Method: method, Position: *m.Index, Chunks: *m.Chunks, Data: data,
	}
	chunk.Upload, chunk.Limit = l.purpose(m)
	return chunk, nil
}

// purpose reports whether a transfer becomes an upload, and returns the size that it may have.
func (l *live) purpose(m dataMessage) (upload bool, limit int64) {
	if m.Upload != nil && *m.Upload {
		return true, l.on.config.UploadMaxBytes
	}
	return false, l.on.config.MaxBody
}

// toStandard turns the alphabet of URLs into the standard one.
var toStandard = strings.NewReplacer("-", "+", "_", "/")

// decodeBase64 takes either alphabet of RFC 4648, with or without padding.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(toStandard.Replace(text), "="))
}
