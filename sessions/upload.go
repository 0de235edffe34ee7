package sessions

import (
	"cmp"
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// PieceMinBytes is the size that every piece of an upload but the last has at least, so that an upload has few rows.
// The first may be empty.
const PieceMinBytes = 16 << 10

// Upload stores a file for the next attempt at the method. A repeat under the same reserved id returns the first.
// Errors: CodeParameterInvalid where the content is none of methods.UploadTypes or the method cannot be used;
// CodeRequestTooLarge; those of Submit; and those of store.AddUpload.
func (s *Service) Upload(
	ctx context.Context, d Device, method rules.Method, content []byte,
) (upload models.Upload, err error) {
	if err := s.fits(int64(len(content))); err != nil {
		return upload, err
	}
	kind, err := uploadType(content)
	if err != nil {
		return upload, err
	}
	return s.addUpload(ctx, d, method, store.NewUpload{MediaType: kind, Data: content})
}

// BeginUpload stores the first piece of a file, which may be empty. Length is the size of the whole file; nil if it is
// not known. Errors: CodeParameterInvalid with the parameter "Upload-Length", and those of Upload but for the type of
// the content, which ContinueUpload checks in the end.
func (s *Service) BeginUpload(
	ctx context.Context, d Device, method rules.Method, content []byte, length *int64,
) (upload models.Upload, err error) {
	begun := models.Upload{Length: length}
	if err := cmp.Or(s.fits(announced(begun)), s.checkPiece(begun, Piece{Content: content})); err != nil {
		return upload, err
	}
	return s.addUpload(ctx, d, method, store.NewUpload{Partial: true, Data: content, Length: length})
}

func (s *Service) addUpload(
	ctx context.Context, d Device, method rules.Method, n store.NewUpload,
) (upload models.Upload, err error) {
	err = s.withOffer(ctx, d, method, func(session models.Session, offer graph.Offer) error {
		served, err := s.usable(ctx, session, method)
		if err != nil {
			return err
		}
		if !served.Uploads {
			return models.Invalid("method", "%s takes no uploads", method)
		}
		if err := cmp.Or(
			s.open(ctx, session, offer, served), fitsMethod(served, max(int64(len(n.Data)), lengthOf(n.Length))),
		); err != nil {
			return err
		}
		n.Session, n.Node, n.Method, n.Attempt = session, offer.Node, method, offer.Attempt
		n.Most = cmp.Or(served.MostUploads, s.config.UploadsPerAttempt)
		upload, err = s.store.AddUpload(ctx, n)
		return err
	})
	return upload, err
}

// Piece is a part of an upload.
type Piece struct {
	// Offset is the position of the first byte.
	Offset  int64
	Content []byte
	// Last reports whether the upload ends with the piece.
	Last bool
}

// ContinueUpload appends a piece to an upload, and completes the upload with the last one. Content of a type that is
// not permitted ends the upload. Errors: CodeUploadOffset together with the upload if the piece does not begin where
// the upload ends, CodeResourceMissing, CodeParameterInvalid, CodeRequestTooLarge, CodeMethodNotOffered if the attempt
// is over, CodeSessionTerminal, those of a device that may not act, and ErrBusy.
func (s *Service) ContinueUpload(ctx context.Context, d Device, id string, p Piece) (grown models.Upload, err error) {
	upload, err := s.UploadState(ctx, d, id)
	if err != nil {
		return models.Upload{}, cmp.Or(running(d.Session), d.mayAct(d.Session), err)
	}
	err = s.withOffer(ctx, d, upload.Method, func(session models.Session, offer graph.Offer) error {
		if upload.Node != offer.Node || upload.Attempt != offer.Attempt {
			return models.Errorf(models.CodeMethodNotOffered, "The attempt of the upload is over")
		}
		if upload.Complete || upload.Size != p.Offset {
			grown = upload
			return store.OffsetMismatch(upload)
		}
		if err := s.checkPiece(upload, p); err != nil {
			return err
		}
		growth := store.Growth{Session: session, Upload: upload, Data: p.Content}
		if p.Last {
			grown, err = s.completeUpload(ctx, growth)
		} else {
			grown, err = s.store.AddPiece(ctx, growth)
		}
		return err
	})
	return grown, err
}

// UploadState returns an upload of the device's session, complete or not. Errors: CodeResourceMissing.
func (s *Service) UploadState(ctx context.Context, d Device, id string) (models.Upload, error) {
	return s.store.UploadState(ctx, d.Session.OrgID, d.Session.ID, id)
}

// completeUpload joins the last piece, which is g.Data, to those that are stored.
func (s *Service) completeUpload(ctx context.Context, g store.Growth) (models.Upload, error) {
	content, err := s.store.PieceData(ctx, g.Upload)
	if err != nil {
		return models.Upload{}, err
	}
	g.Data = append(content, g.Data...)
	served, err := s.served(ctx, g.Upload.OrgID, g.Upload.Method)
	if err != nil {
		return models.Upload{}, err
	}
	if err := fitsMethod(served, int64(len(g.Data))); err != nil {
		return models.Upload{}, cmp.Or(s.store.DropUpload(ctx, g.Upload), err)
	}
	kind, err := uploadType(g.Data)
	if err != nil {
		return models.Upload{}, cmp.Or(s.store.DropUpload(ctx, g.Upload), err)
	}
	return s.store.CompleteUpload(ctx, g, kind)
}

// announced returns the size that the device has announced; 0 if none.
func announced(u models.Upload) int64 { return lengthOf(u.Length) }

func lengthOf(length *int64) int64 {
	if length == nil {
		return 0
	}
	return *length
}

// fitsMethod refuses an upload that is larger than the method takes.
func fitsMethod(m methods.Method, size int64) error {
	if m.MaxUploadBytes > 0 && size > m.MaxUploadBytes {
		return models.Errorf(models.CodeRequestTooLarge, "An upload for %s takes at most %d bytes", m.Name, m.MaxUploadBytes)
	}
	return nil
}

func (s *Service) fits(size int64) error {
	if size > s.config.UploadMaxBytes {
		return models.Errorf(models.CodeRequestTooLarge, "An upload takes at most %d bytes", s.config.UploadMaxBytes)
	}
	return nil
}

// checkPiece checks the size of the next piece.
func (s *Service) checkPiece(u models.Upload, p Piece) error {
	size := u.Size + int64(len(p.Content))
	switch {
	case u.Length != nil && (size > *u.Length || p.Last && size < *u.Length):
		return models.Invalid("Upload-Length", "The upload was announced with %d bytes, and has %d with this piece",
			*u.Length, size)
	case size > 0 && !p.Last && len(p.Content) < PieceMinBytes:
		return models.Errorf(models.CodeParameterInvalid, "A piece that is not the last has at least %d bytes", PieceMinBytes)
	default:
		return s.fits(size)
	}
}

// uploadType returns the type of a file, or CodeParameterInvalid where it is none of methods.UploadTypes.
func uploadType(content []byte) (string, error) {
	kind, known := methods.UploadType(content)
	if !known {
		return "", models.Errorf(models.CodeParameterInvalid,
			"The content of an upload must be one of %s", models.Listed(methods.UploadTypes()))
	}
	return kind, nil
}
