package document

import (
	"context"
	"slices"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// payload is a stored submission.
type payload struct {
	Front string `json:"front"` // ids of uploads
	Back  string `json:"back,omitempty"`
	// Chosen is the type that the user has chosen; "" if none. It only decides which picture is asked for next: the type
	// of the verdict is read from the document.
	Chosen rules.DocumentType `json:"chosen,omitempty"`
}

// Accept implements methods.Accepter.
func (m *capture) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Front  *string `json:"front"`
		Back   *string `json:"back"`
		Chosen *string `json:"document_type"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if in.Front == nil {
		return methods.Accepted{}, methods.Missing("front")
	}
	var p payload
	var err error
	if p.Front, err = picture(ctx, g.Held, "front", *in.Front); err != nil {
		return methods.Accepted{}, err
	}
	if in.Back != nil {
		if p.Back, err = picture(ctx, g.Held, "back", *in.Back); err != nil {
			return methods.Accepted{}, err
		}
	}
	if p.Back == p.Front {
		return methods.Accepted{}, methods.NewInputError("back", "back must be another upload than front")
	}
	if in.Chosen != nil {
		if !takes(g.Options, rules.DocumentType(*in.Chosen)) {
			return methods.Accepted{}, methods.NewInputError("document_type",
				"document_type must be one of the choices of the session's view")
		}
		p.Chosen = rules.DocumentType(*in.Chosen)
	}
	return methods.Accepted{Payload: p}, nil
}

// picture returns the id of an upload that is a picture.
func picture(ctx context.Context, held methods.Held, param, id string) (string, error) {
	upload, err := held.Upload(ctx, param, id)
	if err != nil {
		return "", err
	}
	if !slices.Contains(pictures(), upload.MediaType) {
		return "", methods.NewInputError(param, "%s must be a JPEG, a PNG or a WebP", param)
	}
	return upload.ID, nil
}

// takes reports whether a step of a workflow accepts a type of documents.
func takes(o graph.Options, t rules.DocumentType) bool {
	if len(o.DocumentTypes) == 0 {
		return slices.Contains(rules.DocumentTypes(), t)
	}
	return slices.Contains(o.DocumentTypes, string(t))
}
