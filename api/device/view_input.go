package device

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// inputObject describes the submissions that a method takes, so that a page can ask the user for them.
type inputObject struct {
	// Begin reports whether the page must ask for a challenge first. BeginFields are the members of the input for it.
	Begin       bool               `json:"begin"`
	BeginFields []beginFieldObject `json:"begin_fields"`
	Fields      []fieldObject      `json:"fields"`
	// Uploads is null where submissions name none.
	Uploads *uploadsObject `json:"uploads"`
}

type fieldObject struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
	// MediaTypes are the accepted types of an upload; empty where every type is accepted, and for other fields.
	MediaTypes []string `json:"media_types"`
	// Choices are null where any value is taken.
	Choices []choiceObject `json:"choices"`
}

type beginFieldObject struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
	// Choices are null where any value is taken.
	Choices []choiceObject `json:"choices"`
}

type choiceObject struct {
	Value   string  `json:"value"`
	Label   string  `json:"label"`
	LogoURL *string `json:"logo_url"`
}

type uploadsObject struct {
	MaxBytes int64 `json:"max_bytes"`
	MaxCount int   `json:"max_count"` // of an attempt
	// Sources are those that the workflow allows: camera, file.
	Sources []string `json:"sources"`
}

// The sources of uploads.
const (
	sourceCamera = "camera"
	sourceFile   = "file"
)

func (hs *Handlers) showInput(node graph.Node, c *sessions.Contract, s models.Session) *inputObject {
	if c == nil {
		return nil
	}
	shown := &inputObject{
		Begin: c.Begin, BeginFields: hs.showBeginFields(node, c.BeginFields, s),
		Fields: make([]fieldObject, 0, len(c.Fields)),
	}
	for _, field := range c.Fields {
		shown.Fields = append(shown.Fields, fieldObject{
			Name: field.Name, Type: string(field.Type), Required: !field.Optional,
			MediaTypes: append([]string{}, field.MediaTypes...), Choices: hs.showChoices(node, field, s),
		})
	}
	if c.Uploads {
		shown.Uploads = &uploadsObject{
			MaxBytes: hs.config.UploadMaxBytes, MaxCount: cmp.Or(c.MostUploads, hs.config.UploadsPerAttempt),
			Sources: sourcesOf(node),
		}
		if c.MaxUploadBytes > 0 {
			shown.Uploads.MaxBytes = min(shown.Uploads.MaxBytes, c.MaxUploadBytes)
		}
	}
	return shown
}

func (hs *Handlers) showBeginFields(node graph.Node, fields []sessions.Field, s models.Session) []beginFieldObject {
	shown := make([]beginFieldObject, 0, len(fields))
	for _, field := range fields {
		if field.Identity && s.Type != models.TypeIdentity {
			continue
		}
		shown = append(shown, beginFieldObject{
			Name: field.Name, Type: string(field.Type), Required: !field.Optional, Choices: hs.showChoices(node, field, s),
		})
	}
	return shown
}

// showChoices returns the values of a field from which a user in the session's place may choose at the step; nil where
// it takes any.
func (hs *Handlers) showChoices(node graph.Node, field sessions.Field, s models.Session) []choiceObject {
	if len(field.Choices) == 0 {
		return nil
	}
	shown := []choiceObject{}
	for _, choice := range field.ChoicesAt(s.Jurisdiction, node.Options) {
		shown = append(shown, choiceObject{choice.Value, choice.Label, hs.choiceLogoURL(node.Method, choice)})
	}
	return shown
}

// sourcesOf returns where the uploads of a method may come from. Only camera methods exclude files.
func sourcesOf(node graph.Node) []string {
	switch {
	case !slices.Contains(node.Method.Needs(), rules.NeedCamera):
		return []string{sourceFile}
	case node.Options.TakesFiles():
		return []string{sourceCamera, sourceFile}
	default:
		return []string{sourceCamera}
	}
}
