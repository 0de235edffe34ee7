// Package student serves the method student: the user proves control of a mailbox at a listed institution by a mailed
// code, or logs in at an institution that states the enrolment, and declares a date of birth. docs/methods/student.md
// lists the limits of that proof.
package student

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/rules"
)

// Options configure the method.
type Options struct {
	// Mail reports whether codes can be mailed.
	Mail bool
	// Settings are the operator's file.
	Settings Settings
	// Login is for the logins at the institutions of the file.
	Login login.Options
}

// Method returns the method.
func Method(o Options) methods.Method {
	m := student{mail: o.Mail, added: map[string]bool{}, login: newLogin(o.Login, o.Settings.Institutions)}
	institution := m.login.BeginField()
	m.logins, institution.Optional = len(institution.Choices) > 0, true
	for _, domain := range o.Settings.Domains {
		m.added[domain] = true
	}
	method := methods.Method{
		Name: rules.MethodStudent, Begin: m, Accept: m, Judge: m, Unavailable: m.unavailable, Answer: m.login.Routes(),
		Fields: []methods.Field{
			{Name: "challenge", Type: methods.FieldChallenge}, {Name: "code", Type: methods.FieldText, Optional: m.logins},
			{Name: "date_of_birth", Type: methods.FieldDate, Optional: m.logins},
			{Name: "declaration", Type: methods.FieldBoolean, Optional: m.logins},
		},
	}
	if m.mail || !m.logins {
		method.BeginFields = append(method.BeginFields, methods.Field{Name: "email", Type: methods.FieldText, Optional: true},
			methods.Field{Name: "locale", Type: methods.FieldText, Optional: true})
	}
	if m.logins {
		method.BeginFields = append(method.BeginFields, institution)
		method.Fields = append(method.Fields, methods.Field{Name: "response", Type: methods.FieldText, Optional: true})
	}
	return method
}

type student struct {
	mail   bool
	added  map[string]bool
	login  *login.Login
	logins bool // whether there is an institution to log in at
}

// payload is a stored submission. The mailbox is not part of it.
type payload struct {
	Declared attestation.Payload `json:"declared"`
	// Login is the answer of an institution; nil where a mailbox was proven.
	Login *login.Outcome `json:"login,omitempty"`
}

func (m student) unavailable() string {
	if !m.mail && !m.logins {
		return "no mail can be sent, because STILE_SMTP_URL is not set"
	}
	return ""
}

// Begin implements methods.Beginner.
func (m student) Begin(ctx context.Context, b methods.Beginning) (methods.Begun, error) {
	if m.logins && b.Input.Has(login.FieldInstitution) {
		return m.login.Begin(ctx, b)
	}
	if !m.mail {
		return methods.Begun{}, methods.Missing(login.FieldInstitution)
	}
	return m.beginMailbox(ctx, b)
}

// Accept implements methods.Accepter.
func (m student) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	if m.logins && g.Input.Has("response") {
		return m.acceptLogin(ctx, g)
	}
	var in struct {
		Challenge   *string `json:"challenge"`
		Code        *string `json:"code"`
		DateOfBirth *string `json:"date_of_birth"`
		Declaration *bool   `json:"declaration"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if in.Challenge == nil {
		return methods.Accepted{}, methods.Missing("challenge")
	}
	// A fault of the declaration must not cost a try of the code.
	declared, err := attestation.Read(in.DateOfBirth, in.Declaration, g.Today)
	if err != nil {
		return methods.Accepted{}, err
	}
	if _, err := g.Held.Challenge(ctx, "challenge", *in.Challenge); err != nil {
		return methods.Accepted{}, err
	}
	if err := acceptMailbox(ctx, g.Held, in.Code); err != nil {
		return methods.Accepted{}, err
	}
	return methods.Accepted{Payload: payload{Declared: declared}}, nil
}

// Judge implements methods.Judge. Accept has stored no submission without a proven mailbox or an answer of an
// institution. Unless that answer decides by itself, the declaration does.
func (student) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var sent payload
	if err := json.Unmarshal(s.Payload, &sent); err != nil {
		return methods.Verdict{}, fmt.Errorf("student: a payload of %d bytes is not readable", len(s.Payload))
	}
	check := CheckMailbox
	if sent.Login != nil {
		if verdict, decided, err := enrolmentOf(*sent.Login); err != nil || decided {
			return verdict, err
		}
		check = CheckEnrolled
	}
	declared, err := json.Marshal(sent.Declared)
	if err != nil {
		return methods.Verdict{}, err
	}
	s.Payload = declared
	verdict, err := attestation.Judge{}.Judge(ctx, s)
	verdict.Checks = append([]rules.Check{{Name: check, Passed: true}}, verdict.Checks...)
	return verdict, err
}
