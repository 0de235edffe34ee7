package sessions

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Arrived is a transfer after a chunk. A whole one has become a submission's attempt, or an upload.
type Arrived struct {
	Transfer models.Transfer
	Attempt  *Attempt
	Upload   *models.Upload
}

// TakeChunk stores a chunk of a submission or an upload that a phone sends in pieces. After the last chunk it submits
// the whole, which read decodes, or stores the upload. The first chunk is refused where the whole would be. Errors:
// those of Submit, Upload and store.TakeChunk.
func (s *Service) TakeChunk(
	ctx context.Context, d Device, chunk store.NewChunk, read func(body []byte) (Input, error),
) (arrived Arrived, err error) {
	if chunk.Position == 0 { // the user does not wait for a transfer that is refused in the end
		if d, err = s.mayTransfer(ctx, d, chunk); err != nil {
			return arrived, err
		}
	}
	if arrived.Transfer, err = s.store.TakeChunk(ctx, chunk); err != nil || !arrived.Transfer.Whole() {
		return arrived, err
	}
	if arrived.Transfer.Upload {
		arrived.Upload, err = s.uploadTransfer(ctx, d, arrived.Transfer)
	} else {
		arrived.Attempt, err = s.submitTransfer(ctx, d, arrived.Transfer, read)
	}
	return arrived, err
}

// uploadTransfer stores a whole transfer as an upload under the id that is reserved for it, so that a repeat finds the
// first upload. A refused transfer is dropped.
func (s *Service) uploadTransfer(ctx context.Context, d Device, t models.Transfer) (*models.Upload, error) {
	ctx = store.WithReservedID(ctx, t.ReservedID)
	if t.DoneAt != nil {
		stored, err := s.store.Upload(ctx, t.OrgID, t.SessionID, s.store.NewID(ctx, models.PrefixUpload))
		return &stored, err
	}
	content, err := s.store.TransferData(ctx, t)
	if err != nil {
		return nil, err
	}
	stored, err := s.Upload(ctx, d, t.Method, content)
	if err != nil {
		return nil, s.dropTransfer(ctx, t, err)
	}
	return &stored, s.store.EndTransfer(ctx, t)
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
