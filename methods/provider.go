package methods

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Provider judges outside: it takes long, may be away, and may answer later.
type Provider interface {
	// Ask brings a submission to the provider, and returns its verdict, or nil where that comes later. It is called
	// again for the same submission after every error that is not ErrRefused.
	Ask(ctx context.Context, i Inquiry) (*Verdict, error)
}

// ErrRefused says that a provider will not judge a submission, however often it is asked.
var ErrRefused = errors.New("provider refused to judge")

// AwayError says that a provider did not answer, or could not at the moment.
type AwayError struct {
	// Reason names the fault, without anything that the provider said.
	Reason string
	// RetryAfter is how long the provider asks to be left alone; 0 where it does not say.
	RetryAfter time.Duration
}

func (e *AwayError) Error() string { return e.Reason }

// WaitingError is the error of a Judge that waits for a person, such as for a consent on another device, or for work
// that goes on meanwhile. Judge is called again, and may wait each time until shortly before the deadline of its
// context.
type WaitingError struct {
	// Reason says why there is no verdict; "" for a person who has not answered.
	Reason string
	// After is how long to wait before the next call; the least is a second.
	After time.Duration
}

func (e *WaitingError) Error() string { return cmp.Or(e.Reason, "a person has not answered yet") }

// Inquiry is a submission on its way to a provider.
type Inquiry struct {
	SubmissionID string // the same in every repeat
	SessionID    string
	Type         string // age or identity
	Method       rules.Method
	Attempt      int
	// Tier is the tier to prove.
	Tier         rules.AgeTier
	Jurisdiction rules.Jurisdiction
	Options      graph.Options
	// Input is the user's input, a JSON object.
	Input json.RawMessage
	// Uploads are files that go with the input, in the order in which the user's device named them.
	Uploads []InquiredUpload
	// Callback says that the verdict may come later.
	Callback bool
}

// InquiredUpload is a file that goes to a provider.
type InquiredUpload struct {
	Upload
	// Content returns the bytes of the file. It is called more than once.
	Content func(ctx context.Context) ([]byte, error)
}
