package attestation

import (
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// Method returns self_attestation, which Stile judges itself in every organization.
func Method() methods.Method {
	return methods.Method{
		Name: rules.MethodSelfAttestation, Accept: accepter{}, Judge: Judge{}, Exclusive: true,
		Fields: []methods.Field{
			{Name: "date_of_birth", Type: methods.FieldDate}, {Name: "declaration", Type: methods.FieldBoolean},
		},
	}
}

// earliestBirth is before the year of birth of anyone alive.
const earliestBirth = 1900

type accepter struct{}

// Accept implements methods.Accepter.
func (accepter) Accept(_ context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		DateOfBirth *string `json:"date_of_birth"`
		Declaration *bool   `json:"declaration"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	declared, err := Read(in.DateOfBirth, in.Declaration, g.Today)
	return methods.Accepted{Payload: declared}, err
}

// Read checks a declaration: the members date_of_birth and declaration of an input. Its error names the member.
func Read(dateOfBirth *string, declaration *bool, today rules.Date) (Payload, error) {
	if dateOfBirth == nil {
		return Payload{}, methods.Missing("date_of_birth")
	}
	born, ok := rules.ParseDate(*dateOfBirth)
	var err error
	switch {
	case !ok:
		err = methods.NewInputError("date_of_birth", "date_of_birth must be a date such as 1990-01-31")
	case born.Year < earliestBirth:
		err = methods.NewInputError("date_of_birth", "date_of_birth must not be before %d", earliestBirth)
	case rules.AgeOn(born, today) < 0:
		err = methods.NewInputError("date_of_birth", "date_of_birth must not be in the future")
	case declaration == nil:
		err = methods.Missing("declaration")
	case !*declaration:
		err = methods.NewInputError("declaration", "declaration must be true")
	}
	return Payload{DateOfBirth: born.String(), Declaration: true}, err
}
