// Package document serves document_capture: the user photographs a document, and Stile checks that its parts agree. The
// vision process reads the pictures, this package judges the readings. docs/methods/documents.md says how much a
// verdict proves.
package document

import (
	"context"
	"log/slog"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// Vision reads pictures of documents: *vision.Client.
type Vision interface {
	// Document returns the measures of the process. Errors: *vision.ImageError, *vision.AwayError.
	Document(ctx context.Context, side vision.Side, picture []byte, read ...vision.Read) (*vision.Document, error)
	// Unavailable returns why no picture can be read now, in words for users and operators; "" while one can.
	Unavailable() string
}

// Options configure the method.
type Options struct {
	// Vision reads the pictures; nil where no process is configured.
	Vision Vision
	// Patience is how long a vision process that is away is asked again before the verdict is provider_unavailable.
	Patience time.Duration
	// Limits are DefaultLimits if they are zero.
	Limits Limits
	Now    func() time.Time
	Log    *slog.Logger
}

// Method returns the method.
func Method(o Options) methods.Method {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Vision == nil {
		o.Vision = (*vision.Client)(nil)
	}
	m := &capture{o}
	return methods.Method{
		Name: rules.MethodDocumentCapture, Accept: m, Judge: m, Uploads: true,
		Unavailable: o.Vision.Unavailable, Patient: true,
		Fields: []methods.Field{
			{Name: "front", Type: methods.FieldUpload, MediaTypes: pictures()},
			{Name: "back", Type: methods.FieldUpload, MediaTypes: pictures(), Optional: true},
			{
				Name: "document_type", Type: methods.FieldText, Optional: true, Choices: choices(),
				Narrow: func(o graph.Options) []string { return o.DocumentTypes },
			},
		},
	}
}

// capture serves the method.
type capture struct{ options Options }

// pictures returns the types of uploads that the vision process decodes.
func pictures() []string { return []string{methods.TypeJPEG, methods.TypePNG, methods.TypeWebP} }

func choices() []methods.Choice {
	labels := map[rules.DocumentType]string{
		rules.IDCard: "Identity card", rules.Passport: "Passport", rules.DriversLicense: "Driving licence",
		rules.ResidencePermit: "Residence permit", rules.HealthCard: "Health card",
	}
	var list []methods.Choice
	for _, t := range rules.DocumentTypes() {
		list = append(list, methods.Choice{Value: string(t), Label: labels[t]})
	}
	return list
}
