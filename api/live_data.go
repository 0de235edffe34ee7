package api

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// largestChunk is what one message carries, in bytes.
	largestChunk = 64 << 10
	// mostChunks keeps the smallest chunks of the largest transfer from becoming a row each.
	mostChunks = 256
)

var transferName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// data takes a chunk of a submission, and with the last one the submission: what has arrived is the body that the
// method's own route would take.
func (l *live) data(c *call) (any, error) {
	var m dataMessage
	if err := decode(c.body, &m); err != nil {
		return nil, err
	}
	chunk, err := l.chunkOf(c, m)
	if err != nil {
		return nil, err
	}
	if chunk.Position == 0 { // before the user waits for a transfer that is refused in the end
		if err := l.api.mayTransfer(c, chunk); err != nil {
			return nil, err
		}
	}
	transfer, err := l.api.store.TakeChunk(c.ctx, chunk)
	if err != nil {
		return nil, err
	}
	answer := dataAck{ackMessage: ack(m.envelope), transferObject: showTransfer(transfer)}
	if transfer.Whole() {
		answer.Attempt, err = l.api.submitTransfer(c, transfer)
	}
	return answer, err
}

func (l *live) chunkOf(c *call, m dataMessage) (chunk store.NewChunk, err error) {
	switch {
	case m.Transfer == nil:
		return chunk, missing("transfer")
	case !transferName.MatchString(*m.Transfer):
		return chunk, models.Invalid("transfer", "transfer must be a name of 1 to 64 letters, digits, _ and -")
	case m.Method == nil:
		return chunk, missing("method")
	case m.Chunks == nil:
		return chunk, missing("chunks")
	case *m.Chunks < 1 || *m.Chunks > mostChunks:
		return chunk, models.Invalid("chunks", "chunks must be from 1 to %d", mostChunks)
	case m.Index == nil:
		return chunk, missing("index")
	case *m.Index < 0 || *m.Index >= *m.Chunks:
		return chunk, models.Invalid("index", "index must be from 0 to %d", *m.Chunks-1)
	case m.Chunk == nil:
		return chunk, missing("chunk")
	}
	method, err := parseMethod(*m.Method)
	if err != nil {
		return chunk, err
	}
	data, err := decodeBase64(*m.Chunk)
	if err != nil || len(data) > largestChunk {
		return chunk, models.Invalid("chunk", "chunk must be base64 of at most %d bytes", largestChunk)
	}
	return store.NewChunk{
		Handoff: c.handoff, Name: *m.Transfer, Method: method, Position: *m.Index, Chunks: *m.Chunks, Data: data,
		Limit: l.api.config.MaxBody,
	}, nil
}

// toStandard turns the alphabet of URLs into the standard one.
var toStandard = strings.NewReplacer("-", "+", "_", "/")

// decodeBase64 takes either alphabet of RFC 4648, with or without padding.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(toStandard.Replace(text), "="))
}

// mayTransfer refuses the first chunk of what the session would not take.
func (a *API) mayTransfer(c *call, chunk store.NewChunk) error {
	transfer, found, err := a.store.Transfer(c.ctx, c.handoff)
	if err != nil || found && transfer.Name == chunk.Name { // a repeat: its submission may be there already
		return err
	}
	if err := a.openFirst(c); err != nil {
		return err
	}
	session, _, err := a.offer(c, chunk.Method, false)
	if err != nil {
		return err
	}
	return consented(session, chunk.Method)
}

// submitTransfer makes a whole transfer a submission, under the id that is reserved for it: a repeat finds that one.
// After a refusal nothing of the transfer is left.
func (a *API) submitTransfer(c *call, t models.Transfer) (*attemptObject, error) {
	c.ctx = store.WithReservedID(c.ctx, t.ReservedID)
	if t.DoneAt != nil {
		attempt, _, err := a.resubmitted(c)
		return &attempt, err
	}
	var err error
	if c.body, err = a.store.TransferData(c.ctx, t); err != nil {
		return nil, err
	}
	attempt, err := a.takeSubmission(c, t.Method)
	if err != nil {
		if refused(err) {
			err = a.dropTransfer(c.ctx, t, err)
		}
		return nil, err
	}
	return &attempt, a.store.EndTransfer(c.ctx, t)
}

func (a *API) dropTransfer(ctx context.Context, t models.Transfer, refusal error) error {
	if err := a.store.DropTransfer(ctx, t); err != nil {
		return err
	}
	return refusal
}
