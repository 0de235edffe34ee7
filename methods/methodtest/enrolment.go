// Package methodtest is for tests of methods: Enrolment is a method with all four parts, and Input is the object of
// a submission.
package methodtest

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// Enrolment proves an age by the photo of a student card and a repeated nonce, or by a school's confirmation. Its zero
// value is ready to use.
type Enrolment struct {
	// Down, if set, is the reason why the method cannot be used.
	Down atomic.Pointer[string]
	// Once has the view leave the challenges' data out.
	Once atomic.Bool
}

// Nonce is the nonce of every challenge.
const Nonce = "say cheese"

// Photo is the only content of an upload that passes.
const Photo = "\x89PNG\r\n\x1A\nstudent card of Ada"

type state struct {
	Nonce string `json:"nonce"`
	Notes int    `json:"notes,omitempty"` // of the school
	// Begun counts the notes whose replies have begun.
	Begun int `json:"begun,omitempty"`
}

type payload struct {
	Photo  string `json:"photo,omitempty"`
	School bool   `json:"school,omitempty"`
}

// Method returns the method, under a name of the catalogue that nothing else serves.
func (e *Enrolment) Method() methods.Method {
	return methods.Method{
		Name: rules.MethodStudent, Begin: e, Accept: e, Judge: e, Uploads: true, Unavailable: e.unavailable,
		Fields: []methods.Field{
			{Name: "challenge", Type: methods.FieldChallenge}, {Name: "nonce", Type: methods.FieldText},
			{Name: "photo", Type: methods.FieldUpload, MediaTypes: []string{methods.TypePNG, methods.TypeJPEG}},
		},
		Answer: []methods.Route{
			{Verb: http.MethodPost, Name: "confirm", Serve: confirm},
			{Verb: http.MethodPost, Name: "note", Serve: note},
			{Verb: http.MethodGet, Name: "return", ChallengeID: byState, Serve: comeBack},
		},
	}
}

func (e *Enrolment) unavailable() string {
	if reason := e.Down.Load(); reason != nil {
		return *reason
	}
	return ""
}

// Begin implements methods.Beginner.
func (e *Enrolment) Begin(_ context.Context, b methods.Beginning) (methods.Begun, error) {
	return methods.Begun{
		State: state{Nonce: Nonce},
		Data:  map[string]string{"nonce": Nonce, "confirm": b.AnswerURL + "/confirm/" + b.ChallengeID},
		Once:  e.Once.Load(),
	}, nil
}

// Accept implements methods.Accepter.
func (*Enrolment) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge *string `json:"challenge"`
		Nonce     *string `json:"nonce"`
		Photo     *string `json:"photo"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	for name, given := range map[string]*string{"challenge": in.Challenge, "nonce": in.Nonce, "photo": in.Photo} {
		if given == nil {
			return methods.Accepted{}, methods.Missing(name)
		}
	}
	begun, err := g.Held.Challenge(ctx, "challenge", *in.Challenge)
	if err != nil {
		return methods.Accepted{}, err
	}
	var asked state
	if err := json.Unmarshal(begun, &asked); err != nil || asked.Nonce != *in.Nonce {
		return methods.Accepted{}, methods.NewInputError("nonce", "nonce is not that of the challenge")
	}
	photo, err := g.Held.Upload(ctx, "photo", *in.Photo)
	return methods.Accepted{Payload: payload{Photo: photo.ID}}, err
}

// Judge implements methods.Judge.
func (*Enrolment) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var sent payload
	if err := json.Unmarshal(s.Payload, &sent); err != nil {
		return methods.Verdict{}, err
	}
	if sent.School {
		return methods.Passed(s.Tier), nil
	}
	content, err := s.Uploads.Content(ctx, sent.Photo)
	if err != nil {
		return methods.Verdict{}, err
	}
	if string(content) != Photo {
		return methods.Failed(rules.ReasonUnreadable), nil
	}
	return methods.Passed(s.Tier), nil
}

// confirm takes the school's word.
func confirm(_ context.Context, r methods.Reply) (methods.Replied, error) {
	form, err := r.Form()
	if err != nil {
		return methods.Replied{}, err
	}
	if form.Get("enrolled") != "yes" {
		return methods.Replied{}, methods.NewInputError("enrolled", "enrolled must be yes")
	}
	replied, err := methods.RepliedJSON(map[string]string{"thanks": "school"})
	replied.Accepted = &methods.Accepted{Payload: payload{School: true}}
	return replied, err
}

func byState(r methods.Reply) string { return r.Query.Get("state") }

// comeBack takes the school's word by a redirect of the user's browser.
func comeBack(_ context.Context, r methods.Reply) (methods.Replied, error) {
	if r.Query.Get("enrolled") != "yes" {
		return methods.Replied{Location: "https://shop.example/no"}, nil
	}
	return methods.Replied{
		Location: "https://shop.example/yes",
		Accepted: &methods.Accepted{Payload: payload{School: true}},
	}, nil
}

// note counts a note of the school in the challenge's state; with ?keep=1 also when its reply has begun.
func note(ctx context.Context, r methods.Reply) (methods.Replied, error) {
	var s state
	if err := json.Unmarshal(r.State, &s); err != nil {
		return methods.Replied{}, err
	}
	if r.Query.Has("keep") {
		s.Begun++
		if err := r.Keep(ctx, s); err != nil {
			return methods.Replied{}, err
		}
	}
	s.Notes++
	replied, err := methods.RepliedJSON(s)
	replied.State, replied.Data = s, map[string]int{"notes": s.Notes}
	return replied, err
}
