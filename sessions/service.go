// Package sessions holds the use cases of verification sessions: create, open, consent, submit, judge, decide a review,
// cancel, hand off, hold, and the terms that the user's place sets. It knows neither gin nor HTTP. The API decodes a
// request, authorises it and renders the result; activities call the Engine.
//
// A use case commits to the store first and tells Temporal afterwards. Refusals are *models.Error; their parameters are
// those of the API.
package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/risk"
)

// Config holds the limits and durations of the use cases. The API's configuration sets all of them; there are no
// defaults here.
type Config struct {
	// SessionTTL is how long a session may take.
	SessionTTL time.Duration
	// ReviewTimeout is how long a review may wait for its decision.
	ReviewTimeout time.Duration
	// SandboxQuota caps the sessions of a sandbox organization per calendar month.
	SandboxQuota int
	// LookupLimit caps the lookups of persons by an organization per minute.
	LookupLimit int
	// RiskRetention is how long an assessment of risk can be retrieved.
	RiskRetention time.Duration
	// HandoffTokenTTL is the validity of a handoff's token. Within HandoffReuseWindow after its creation the same token
	// is returned again.
	HandoffTokenTTL, HandoffReuseWindow time.Duration
	// UploadMaxBytes is the size of an upload, and UploadsPerAttempt how many of them an attempt at a method takes.
	UploadMaxBytes    int64
	UploadsPerAttempt int
	// Mail reports whether mails can be sent.
	Mail bool
	// SharingURL is the page of the links in mails about grants; the link's token is its fragment.
	SharingURL string
	// GuardianURL is the page of the links in mails to guardians; the link's token is its fragment.
	GuardianURL string
	// AnswerURL is where the routes of methods are reached, without the method: https://id.example.com/v1/methods.
	AnswerURL string
	// DevJurisdiction is where private, loopback and link-local addresses are; "" where they are unknown.
	DevJurisdiction rules.Jurisdiction
	// HostedPage is the verification page of the installation.
	HostedPage models.HandoffURL
}

// Options are the parts of a Service. All but Locator are required.
type Options struct {
	Store  *store.Store
	Orders *Orders
	Rules  *compliance.Book
	// Methods are those that the deployment serves.
	Methods *Registry
	// Locator looks addresses up; nil where only headers and requests tell where users are.
	Locator Locator
	// Risks holds the weights of the signals of risk. Sources look identifiers up; nil if the program has no data about
	// them.
	Risks   *risk.Book
	Sources Sources
	Now     func() time.Time
	Config  Config
}

// Service carries the use cases out. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	engine  Engine
	orders  *Orders
	rules   *compliance.Book
	methods *Registry
	locator Locator
	risks   *risk.Book
	sources Sources
	now     func() time.Time
	config  Config
}

// New returns a Service. It touches neither the database nor Temporal.
func New(o Options) *Service {
	return &Service{
		store:   o.Store,
		orders:  o.Orders,
		rules:   o.Rules,
		methods: o.Methods,
		locator: o.Locator,
		risks:   o.Risks,
		sources: o.Sources,
		now:     o.Now,
		config:  o.Config,
		engine: Engine{
			Store: o.Store, ReviewTimeout: o.Config.ReviewTimeout, SessionTTL: o.Config.SessionTTL, Outside: true,
		},
	}
}

// mostTries is how often a use case starts over because the row changed after it was read.
const mostTries = 10

// ErrBusy says that the row changed during every try of a use case.
var ErrBusy = errors.New("the session changes too fast")

// again repeats try while it returns store.ErrRefused, at most mostTries times, then returns ErrBusy.
func again(try func() error) error {
	for range mostTries {
		if err := try(); !errors.Is(err, store.ErrRefused) {
			return err
		}
	}
	return ErrBusy
}

// withRow calls try with the session, and again with the row read anew while try returns store.ErrRefused. Fresh is
// false at the first call: the session was read when the credential was checked, and an Idempotency-Key or a slow body
// may have kept the request waiting since.
func (s *Service) withRow(
	ctx context.Context, session models.Session, try func(session models.Session, fresh bool) error,
) error {
	fresh := false
	return again(func() (err error) {
		if fresh {
			if session, err = s.store.Session(ctx, session.OrgID, session.ID); err != nil {
				return err
			}
		}
		err = try(session, fresh)
		fresh = true
		return err
	})
}
