package sessions

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// TakeChunk stores a chunk of a submission that a phone sends in pieces. After the last chunk it submits the whole,
// which read decodes, and returns the attempt; before that the attempt is nil. The first chunk is refused where the
// submission would be. Errors: those of Submit and of store.TakeChunk.
func (s *Service) TakeChunk(
	ctx context.Context, d Device, chunk store.NewChunk, read func(body []byte) (Input, error),
) (transfer models.Transfer, attempt *Attempt, err error) {
	if chunk.Position == 0 { // the user does not wait for a transfer that is refused in the end
		if d, err = s.mayTransfer(ctx, d, chunk); err != nil {
			return transfer, nil, err
		}
	}
	if transfer, err = s.store.TakeChunk(ctx, chunk); err != nil || !transfer.Whole() {
		return transfer, nil, err
	}
	attempt, err = s.submitTransfer(ctx, d, transfer, read)
	return transfer, attempt, err
}

// mayTransfer refuses the first chunk of a submission that the session would not take.
func (s *Service) mayTransfer(ctx context.Context, d Device, chunk store.NewChunk) (Device, error) {
	transfer, found, err := s.store.Transfer(ctx, d.Handoff)
	if err != nil || found && transfer.Name == chunk.Name { // a repeat: its submission may be stored already
		return d, err
	}
	if d, err = s.opened(ctx, d); err != nil {
		return d, err
	}
	if _, err := s.offer(ctx, d, chunk.Method); err != nil {
		return d, err
	}
	return d, consented(d.Session, chunk.Method)
}

// submitTransfer submits a whole transfer under the id that is reserved for it, so that a repeat finds the first
// submission. A refused transfer is dropped.
func (s *Service) submitTransfer(
	ctx context.Context, d Device, t models.Transfer, read func(body []byte) (Input, error),
) (*Attempt, error) {
	ctx = store.WithReservedID(ctx, t.ReservedID)
	if t.DoneAt != nil {
		attempt, _, err := s.resubmitted(ctx, d.Session)
		return &attempt, err
	}
	body, err := s.store.TransferData(ctx, t)
	if err != nil {
		return nil, err
	}
	in, err := read(body)
	if err != nil {
		return nil, s.dropTransfer(ctx, t, err)
	}
	attempt, err := s.Submit(ctx, d, t.Method, in)
	if err != nil {
		return nil, s.dropTransfer(ctx, t, err)
	}
	return &attempt, s.store.EndTransfer(ctx, t)
}

// dropTransfer drops a transfer after a refusal. After a failure of ours the transfer stays, because the submission may
// have been committed. It returns the error to answer with.
func (s *Service) dropTransfer(ctx context.Context, t models.Transfer, err error) error {
	if !models.IsRefusal(err) {
		return err
	}
	if failed := s.store.DropTransfer(ctx, t); failed != nil {
		return failed
	}
	return err
}
