package sessions

import (
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Upload stores a file for the next attempt at the method. A repeat under the same reserved id returns the first.
// Errors: CodeParameterInvalid where the content is none of methods.UploadTypes or the method cannot be used;
// CodeRequestTooLarge; those of Submit; and those of store.AddUpload.
func (s *Service) Upload(
	ctx context.Context, d Device, method rules.Method, content []byte,
) (upload models.Upload, err error) {
	if int64(len(content)) > s.config.UploadMaxBytes {
		return upload, models.Errorf(models.CodeRequestTooLarge, "An upload takes at most %d bytes", s.config.UploadMaxBytes)
	}
	kind, known := methods.UploadType(content)
	if !known {
		return upload, models.Errorf(models.CodeParameterInvalid,
			"The content of an upload must be one of %s", models.Listed(methods.UploadTypes()))
	}
	err = s.withOffer(ctx, d, method, func(session models.Session, offer graph.Offer) error {
		served, err := s.usable(ctx, session, method)
		if err != nil {
			return err
		}
		if !served.Uploads {
			return models.Invalid("method", "%s takes no uploads", method)
		}
		upload, err = s.store.AddUpload(ctx, store.NewUpload{
			Session: session, Node: offer.Node, Method: method, Attempt: offer.Attempt, MediaType: kind, Data: content,
			Most: s.config.UploadsPerAttempt,
		})
		return err
	})
	return upload, err
}
