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
	// Begin makes the challenge that the device needs before it can submit; nil if it needs none.
	Begin Beginner
	// Accept checks the device's input.
	Accept Accepter
	// Judge gives the verdict on the payload that Accept returned.
	Judge Judge
	// Answer are the routes for replies of wallets, banks and guardians.
	Answer []Route
	// Uploads reports whether submissions may name uploads.
	Uploads bool
	// MostUploads is the number of uploads that an attempt takes, and MaxUploadBytes the size of each; 0 stands for the
	// deployment's limit. A size above the deployment's has no effect.
	MostUploads    int
	MaxUploadBytes int64
	// Fields are the members of a submission, for the page that asks the user for them.
	Fields []Field
	// BeginFields are the members of the input of Begin, for the same page.
	BeginFields []Field
	// Unavailable returns why the method cannot be used now, such as "the trust list is not configured", or "" while it
	// can. Users and operators read it. It is called with each request, so it must not wait. Nil means that the method
	// needs nothing that could be missing.
	Unavailable func() string
	// Patient reports that Judge is called while the method is unavailable, too, about submissions that were accepted
	// before. It returns an AwayError for as long as it waits. Without it they end as method_error.
	Patient bool
	// Closed returns why a session cannot make another attempt, such as "no document has been shown", or "" while it can.
	// Users read it. It refuses Begin and uploads and closes the method in the view; Accept must check it as well, by
	// Given.Standing. Nil means that the session's history does not matter.
	Closed func(s Standing) string
	// Exclusive reports that no provider connector may judge the method in place of its package.
	Exclusive bool
}

// TypeIdentity is the type of sessions that prove an identity.
const TypeIdentity = "identity"

// Attempt is the attempt at a method that a part is called for.
type Attempt struct {
	Method    rules.Method
	SessionID string
	Type      string // age or TypeIdentity
	Node      string // of the workflow's graph
	Number    int    // of the attempt, from 1
	// Tier is the tier that the session has to prove.
	Tier         rules.AgeTier
	Jurisdiction rules.Jurisdiction
	Options      graph.Options
}

// Standing is how a session stands with a method before the next attempt.
type Standing struct {
	// Reasons are those of the verdicts requires_input on the earlier attempts at the step, oldest first.
	Reasons []rules.ReasonCode
	// Challenges is how many challenges the session has begun, of all methods.
	Challenges int
	// Portrait reports whether a document that has passed in the session has shown a portrait.
	Portrait bool
}

// Input is a JSON object that a device sent.
type Input interface {
	// Has reports whether the object has the member. Null and an empty string count as absent.
	Has(member string) bool
	// Read decodes the object into a struct of pointers, slices and maps. An unknown member, a repeated one and one of
	// the wrong type is an error that names the member. Return it unchanged.
	Read(into any) error
}

// Beginner makes the challenge that a device needs before it can submit: a nonce, a signed request, a sequence of
// challenges, a redirect.
type Beginner interface {
	// Begin makes a challenge. It may be called again if the first answer was lost. The device gets an error of
	// NewInputError as its answer.
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
	// Earlier is the state of the newest open challenge of the attempt; nil without one.
	Earlier json.RawMessage
	// Standing is how the session stands with the method.
	Standing Standing
	Now      time.Time
	// Contacts returns the e-mail address and the phone number of the session, which the merchant gave or the user has
	// proven. Either may be empty.
	Contacts func() (email, phone string, err error)
	// Count counts an address or a number that the user has entered, for the session and, hashed, for the organization.
	// Call it before anything is sent there. Kind names what is counted. The error of one too many is to be returned as
	// it is.
	Count func(ctx context.Context, kind, value string) error
}

// Begun is a challenge.
type Begun struct {
	// State is stored, sealed, and given to Accept and to the routes. It is encoded as JSON.
	State any
	// Data is the part for the device, a JSON object. The session's view repeats it while the challenge is open.
	Data any
	// Guardians are asked by mail for their decision, which answers the challenge; nil for other methods.
	Guardians []GuardianMail
	// Fresh has the uploads deleted that the attempt has had before: those that count are made for this challenge.
	Fresh bool
	// Once reports that only the device that began may have Data: the view leaves it out.
	Once bool
	// TTL is how long the challenge can be answered; 0 means ChallengeTTL. It ends with the session in any case.
	TTL time.Duration
	// Code is the receiver of a one-time code, which is mailed once the challenge is stored; nil if none is. Accept checks
	// the code with Held.Code.
	Code *CodeMail
}

// CodeMail is the receiver of a one-time code.
type CodeMail struct {
	// To is the address in its canonical form. Begin has counted it.
	To string
	// Locale is the language of the mail as a BCP 47 tag; "" means the session's.
	Locale string
}

// GuardianMail is the receiver of a request for consent.
type GuardianMail struct {
	// To is the address in its canonical form.
	To string
	// Locale is the language of the mail as a BCP 47 tag; "" means the session's.
	Locale string
}

// ChallengeTTL is the default lifetime of a challenge.
const ChallengeTTL = 10 * time.Minute

// Accepter checks the input of a device.
type Accepter interface {
	// Accept returns the payload to store. The same submission must give the same bytes, because the store recognises a
	// repeat by them. The device gets an error of NewInputError as its answer.
	Accept(ctx context.Context, g Given) (Accepted, error)
}

// Given is a submission as the device sent it.
type Given struct {
	Attempt
	Input Input
	Held  Held
	// Standing returns how the session stands with the method. The error is to be returned as it is.
	Standing func(ctx context.Context) (Standing, error)
	// Today is the date in UTC.
	Today rules.Date
}

// Held gives access to the uploads and the challenge of an attempt.
type Held interface {
	// Upload describes an upload of this attempt. Param is the member of the input that named it. The error is to be
	// returned as it is.
	Upload(ctx context.Context, param, id string) (Upload, error)
	// Challenge returns the state of a challenge of this attempt, and has the submission use the challenge up. Param is
	// the member of the input that named it. The error is to be returned as it is.
	Challenge(ctx context.Context, param, id string) (json.RawMessage, error)
	// Code checks the one-time code that was mailed with the challenge that Challenge has returned before. Each call is
	// one of a few tries. The error is to be returned as it is.
	Code(ctx context.Context, param, entered string) error
}

// Upload is a file that a device has sent for the attempt.
type Upload struct {
	ID string
	// MediaType is the type detected in the content: one of UploadTypes.
	MediaType string
	Size      int64 // bytes
	// Received is when the upload began.
	Received time.Time
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

// Submission is an accepted submission for an attempt.
type Submission struct {
	Attempt
	Payload []byte // JSON, as Accept returned it
	Uploads Uploads
	Kept    Kept
	// Received is when the submission was accepted.
	Received time.Time
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

// Kept opens the biometric data of the session.
type Kept interface {
	// Portrait returns the portrait of the document that has passed, as its verdict had it; nil without one.
	Portrait(ctx context.Context) ([]byte, error)
	// Templates returns the templates of the faces that have passed, by the method.
	Templates(ctx context.Context) (map[rules.Method][]byte, error)
}
