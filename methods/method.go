package methods

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Method is a method of the catalogue as a deployment serves it. It has up to four parts: Begin, Accept, Judge and
// Answer. docs/methods/adding.md shows a whole one.
type Method struct {
	Name rules.Method
	// Begin makes what the device needs before it can submit; nil where it needs nothing.
	Begin Beginner
	// Accept checks what the device submits.
	Accept Accepter
	// Judge gives the verdict on what Accept returned.
	Judge Judge
	// Answer are the routes by which others than the user's device reply.
	Answer []Route
	// Uploads reports whether submissions may name uploads.
	Uploads bool
	// Unavailable returns why the method cannot be used now, such as "the trust list is not configured", or "" while it
	// can. Users and operators read it. It is called with each request, so it must not wait. Nil means that the method
	// needs nothing that could be missing.
	Unavailable func() string
	// Exclusive reports that no provider connector may judge the method in place of its package.
	Exclusive bool
}

// Attempt is the attempt at a method that a part is called for.
type Attempt struct {
	Method    rules.Method
	SessionID string
	Type      string // age or identity
	Node      string // of the workflow's graph
	Number    int    // of the attempt, from 1
	// Tier is what the session has to prove.
	Tier         rules.AgeTier
	Jurisdiction rules.Jurisdiction
	Options      graph.Options
}

// Input is a JSON object that a device sent.
type Input interface {
	// Has reports whether the object has the member. Null and an empty string count as absent.
	Has(member string) bool
	// Read decodes the object into a struct whose fields are pointers, slices or maps. Any other member, a member that is
	// given twice and one of the wrong type is an error, which names the member and is to be returned as it is.
	Read(into any) error
}

// Beginner makes what a device needs before it can submit: a nonce, a signed request, a sequence of challenges, a
// redirect.
type Beginner interface {
	// Begin may be called again for a challenge whose answer was lost. An error of NewInputError is answered to the
	// device.
	Begin(ctx context.Context, b Beginning) (Begun, error)
}

// Beginning is a request for a challenge.
type Beginning struct {
	Attempt
	Input Input
	// ChallengeID addresses the challenge. Nobody can guess it, and one submission uses it up.
	ChallengeID string
	// AnswerURL is where the method's routes are, without a slash at the end: a route "response" of a challenge is
	// AnswerURL + "/response/" + ChallengeID.
	AnswerURL string
	Now       time.Time
}

// Begun is a challenge.
type Begun struct {
	// State is stored, sealed, and given to Accept and to the routes. It is encoded as JSON.
	State any
	// Data is what the device is told: a JSON object.
	Data any
	// TTL is how long the challenge can be answered; 0 means ChallengeTTL. It ends with the session in any case.
	TTL time.Duration
}

// ChallengeTTL is how long a challenge can be answered whose method does not say.
const ChallengeTTL = 10 * time.Minute

// Accepter checks what a device submits.
type Accepter interface {
	// Accept returns what to store. The same submission must give the same bytes, because the store recognises a repeat by
	// them. An error of NewInputError is answered to the device.
	Accept(ctx context.Context, g Given) (Accepted, error)
}

// Given is a submission as the device sent it.
type Given struct {
	Attempt
	Input Input
	Held  Held
	// Today is the date in UTC.
	Today rules.Date
}

// Held is what the server holds for the attempt.
type Held interface {
	// Upload describes an upload of this attempt. Param is the member of the input that named it. The error is to be
	// returned as it is.
	Upload(ctx context.Context, param, id string) (Upload, error)
	// Challenge returns the state of a challenge of this attempt, and has the submission use the challenge up. Param is
	// the member of the input that named it. The error is to be returned as it is.
	Challenge(ctx context.Context, param, id string) (json.RawMessage, error)
}

// Upload is a file that a device has sent for the attempt.
type Upload struct {
	ID string
	// MediaType is what the content shows: one of UploadTypes.
	MediaType string
	Size      int64 // bytes
}

// Accepted is a submission to store.
type Accepted struct {
	// Payload is stored, sealed, until the verdict. It is encoded as JSON. Uploads are named in it by their ids.
	Payload any
	// Delay is how long the verdict is held back.
	Delay time.Duration
	// ConnectorID names the provider connector that the submission goes to; "" where Judge gives the verdict.
	ConnectorID string
}

// Judge gives the verdict on a submission. It may be called twice about one submission and has no memory of its own. An
// error means that no verdict could be reached, through no fault of the user, and has the call repeated.
type Judge interface {
	Judge(ctx context.Context, s Submission) (Verdict, error)
}

// Submission is what was accepted for an attempt.
type Submission struct {
	Attempt
	Payload []byte // JSON, as Accept returned it
	Uploads Uploads
	// Today is the date that an age is counted to.
	Today rules.Date
	// Sandbox reports whether the organization may simulate.
	Sandbox bool
	// ConnectorID names the provider connector that the submission went to; "" where it went to none.
	ConnectorID string
}

// Uploads opens the uploads of an attempt.
type Uploads interface {
	// Content returns the bytes of an upload.
	Content(ctx context.Context, id string) ([]byte, error)
}
