package connector

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Decorator returns the decorator of a registry that replaces a method by the verdict of a provider, which has
// patience to answer.
func Decorator(patience time.Duration) func(name rules.Method, connectorID string) methods.Method {
	return func(name rules.Method, connectorID string) methods.Method {
		return methods.Method{
			Name: name, Accept: accepter{connectorID, patience}, Judge: absent{}, Uploads: true,
			Fields: []methods.Field{
				{Name: "input", Type: methods.FieldObject}, {Name: "uploads", Type: methods.FieldUploads, Optional: true},
			},
		}
	}
}

// Payload is the stored payload of a submission for a provider.
type Payload struct {
	Input   json.RawMessage `json:"input"`
	Uploads []string        `json:"uploads,omitempty"`
}

// accepter takes any object that the provider asks for, and the uploads that go with it.
type accepter struct {
	connectorID string
	patience    time.Duration
}

// Accept implements methods.Accepter.
func (a accepter) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Input   jsontext.Value `json:"input"`
		Uploads []string       `json:"uploads"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if len(in.Input) == 0 {
		return methods.Accepted{}, methods.Missing("input")
	}
	if in.Input.Kind() != '{' {
		return methods.Accepted{}, methods.NewInputError("input", "Invalid type: input must be an object")
	}
	// A repeat may write the same content in another way. Numbers keep their digits: they are for the provider.
	exactly := []jsontext.Options{jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)}
	if err := in.Input.Canonicalize(exactly...); err != nil {
		return methods.Accepted{}, methods.NewInputError("input", "input is not valid JSON")
	}
	for i, id := range in.Uploads {
		if slices.Contains(in.Uploads[:i], id) {
			return methods.Accepted{}, methods.NewInputError("uploads", "uploads must not name an upload twice")
		}
		if _, err := g.Held.Upload(ctx, "uploads", id); err != nil {
			return methods.Accepted{}, err
		}
	}
	return methods.Accepted{
		Payload: Payload{
			Input:   json.RawMessage(in.Input),
			Uploads: in.Uploads,
		},
		Delay:       a.patience,
		ConnectorID: a.connectorID,
	}, nil
}

// absent gives the verdict once the provider has had its time.
type absent struct{}

// Judge implements methods.Judge.
func (absent) Judge(context.Context, methods.Submission) (methods.Verdict, error) {
	return methods.Unfinished(graph.OutcomeError, rules.ReasonProviderUnavailable), nil
}
