package methods

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// FieldType is the form of a member of a submission.
type FieldType string

// The types of fields.
const (
	FieldText      FieldType = "string"
	FieldNumber    FieldType = "number"
	FieldBoolean   FieldType = "boolean"
	FieldDate      FieldType = "date" // 1990-01-31
	FieldObject    FieldType = "object"
	FieldUpload    FieldType = "upload"    // the id of an upload
	FieldUploads   FieldType = "uploads"   // an array of ids of uploads
	FieldFrames    FieldType = "frames"    // an array of objects: upload, an id, and step, a number that may be left out
	FieldChallenge FieldType = "challenge" // the id of the challenge that Begin made
)

// FieldTypes lists the types of fields.
func FieldTypes() []FieldType {
	return []FieldType{
		FieldText, FieldNumber, FieldBoolean, FieldDate, FieldObject, FieldUpload, FieldUploads, FieldFrames,
		FieldChallenge,
	}
}

// Field is a member of a method's submission, for the page that asks the user for it. Accept checks it all the same.
type Field struct {
	Name     string
	Type     FieldType
	Optional bool
	// Identity reports that the user is asked only in sessions of type identity. It is for BeginFields.
	Identity bool
	// MediaTypes are the accepted types of an upload; empty means all of UploadTypes.
	MediaTypes []string
	// Choices are the values that users may choose from; empty means any value.
	Choices []Choice
	// Narrow returns the values of Choices that a step of a workflow accepts, none for all; nil accepts all in each step.
	Narrow func(o graph.Options) []string
}

// ChoicesAt returns the choices of users in a place, at a step with these options.
func (f Field) ChoicesAt(j rules.Jurisdiction, o graph.Options) []Choice {
	var accepted []string
	if f.Narrow != nil {
		accepted = f.Narrow(o)
	}
	return slices.DeleteFunc(slices.Clone(f.Choices), func(c Choice) bool {
		return !c.In(j) || len(accepted) > 0 && !slices.Contains(accepted, c.Value)
	})
}

// Choice is one value of a field.
type Choice struct {
	Value string // such as example-bank
	Label string // for users
	// Countries are the places in which it can be chosen; empty means all.
	Countries []rules.Jurisdiction
	Logo      Picture
}

// In reports whether users of a place may choose it.
func (c Choice) In(j rules.Jurisdiction) bool {
	return len(c.Countries) == 0 || slices.Contains(c.Countries, j.Country())
}

// Picture is an image; the zero Picture is none.
type Picture struct {
	MediaType string
	Content   []byte
}

// Contract describes the submissions that a method takes.
type Contract struct {
	// Begin reports whether the device must ask for a challenge first.
	Begin bool
	// Uploads reports whether submissions may name uploads.
	Uploads bool
	// MostUploads and MaxUploadBytes are those of Method.
	MostUploads    int
	MaxUploadBytes int64
	Fields         []Field
	// BeginFields are the members of the input of Begin.
	BeginFields []Field
}

// Contract returns what an organization's submissions to the method hold. It returns false if the method takes none
// now, or nothing but simulations.
func (r *Registry) Contract(name rules.Method, o Organization) (Contract, bool) {
	m := r.For(name, o)
	return Contract{
		Begin: m.Begin != nil, Uploads: m.Uploads, MostUploads: m.MostUploads, MaxUploadBytes: m.MaxUploadBytes,
		Fields: m.Fields, BeginFields: m.BeginFields,
	}, len(m.Fields) > 0
}

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// checkFields returns an error unless the method states the fields of its submissions.
func (m Method) checkFields() error {
	if len(m.Fields) == 0 {
		return fmt.Errorf("it must state the Fields of its submissions")
	}
	if len(m.BeginFields) > 0 && m.Begin == nil {
		return fmt.Errorf("it states BeginFields, and has no Begin")
	}
	if err := m.checkList(m.BeginFields); err != nil {
		return err
	}
	return m.checkList(m.Fields)
}

func (m Method) checkList(fields []Field) error {
	seen := map[string]bool{}
	for _, field := range fields {
		if !fieldName.MatchString(field.Name) || seen[field.Name] {
			return fmt.Errorf("field %q needs a name of its own, such as date_of_birth", field.Name)
		}
		seen[field.Name] = true
		if err := m.checkField(field); err != nil {
			return fmt.Errorf("field %q %w", field.Name, err)
		}
	}
	return nil
}

func (m Method) checkField(f Field) error {
	switch f.Type {
	case FieldText, FieldNumber, FieldBoolean, FieldDate, FieldObject:
		return nil
	case FieldUpload, FieldUploads, FieldFrames:
		if !m.Uploads {
			return fmt.Errorf("names uploads, which the method does not take")
		}
		return nil
	case FieldChallenge:
		if m.Begin == nil {
			return fmt.Errorf("names a challenge, and the method has no Begin")
		}
		return nil
	default:
		return fmt.Errorf("has no type of FieldTypes: %q", f.Type)
	}
}
