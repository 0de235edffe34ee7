package sessions

import (
	"context"
	"errors"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// NewSession is a session to create, with every text checked by the caller.
type NewSession struct {
	Org models.Organization
	// Untrusted says that a browser creates the session with a publishable key: its parameters are claims.
	Untrusted bool
	// PageOrigin is the Origin header of that browser's request.
	PageOrigin string
	Sender     Sender

	Type       models.SessionType
	WorkflowID string
	// ClientReferenceID, ReturnURL and CancelURL are optional.
	ClientReferenceID, ReturnURL, CancelURL *string
	// Locale is the user's language, as a canonical BCP 47 tag; nil if unknown.
	Locale   *string
	Metadata map[string]string
	Contacts Contacts
	Told     Told
	// Skip creates the session verified. The caller refuses it for live organizations.
	Skip bool
	// VPToken is the token of an earlier verification; nil if none is presented.
	VPToken *Presented
	// Reuse holds the conditions on an earlier verification.
	Reuse models.ReuseRequest
	// Admit is called once the workflow and the place are found valid, and before persons are searched for. Its error
	// refuses the creation. A check that can be made once, such as that of a captcha, thus comes late. Nil admits.
	Admit func(context.Context) error
}

// Contacts identify a person, in the one form under which the same person is found again; "" is none.
type Contacts struct{ Email, Phone string }

// provisional reports whether the place of the session is that of the merchant's server, because the merchant passed
// neither the user's address nor all places that it is needed for. The terms are then set when the user opens the page.
func (n NewSession) provisional() bool {
	servers := !n.Untrusted && !n.Told.ClientIP.IsValid()
	return servers && (n.Told.Jurisdiction == "" || n.Told.Delivery != "") && !n.Skip
}

// Create creates a session under the terms of the user's place, and has Temporal start its run. Errors:
// CodeResourceMissing where the workflow has no published version, CodeVPTokenInvalid, CodeNoMatchingVP,
// CodeAcceptExistingLimited, CodeJurisdictionUnresolvable, those of Permitting and Specialise, of n.Admit, those of
// store.CreateSession, and ErrBusy.
func (s *Service) Create(ctx context.Context, n NewSession) (models.Session, error) {
	version, err := s.store.KnownPublishedVersion(ctx, n.Org.ID, n.WorkflowID)
	if err != nil {
		return models.Session{}, err
	}
	n.Admit = once(n.Admit)
	for range mostTries {
		created, err := s.create(ctx, n, version)
		if err == nil || errors.Is(err, store.ErrUnavailable) {
			return created, err
		}
		// The refusal may be that of a version which is no longer published.
		latest, changed := s.store.PublishedVersion(ctx, n.Org.ID, n.WorkflowID)
		if changed != nil {
			return models.Session{}, changed
		}
		if latest.ID == version.ID && !errors.Is(err, store.ErrRepublished) {
			return models.Session{}, err
		}
		version = latest
	}
	return models.Session{}, ErrBusy
}

// once returns a check that is made until it has admitted the creation.
func once(admit func(context.Context) error) func(context.Context) error {
	admitted := admit == nil
	return func(ctx context.Context) error {
		if admitted {
			return nil
		}
		err := admit(ctx)
		admitted = err == nil
		return err
	}
}

// create creates a session of a version.
func (s *Service) create(
	ctx context.Context, n NewSession, version models.WorkflowVersion,
) (models.Session, error) {
	planned, err := s.plan(ctx, n, version)
	if err != nil {
		return models.Session{}, err
	}
	if err := n.Admit(ctx); err != nil {
		return models.Session{}, err
	}
	if planned, err = s.begin(ctx, n, planned); err != nil {
		return models.Session{}, err
	}
	if planned, err = s.reuse(ctx, n, planned); err != nil {
		return models.Session{}, err
	}
	created, err := s.store.CreateSession(ctx, planned)
	if err != nil {
		return models.Session{}, n.lapsed(err)
	}
	fault.Point("session.committed")
	s.start(ctx, created)
	s.notify(ctx, created)
	fault.Point("session.started")
	return created.Session, nil
}

// plan resolves everything that the workflow and the user's place decide.
func (s *Service) plan(
	ctx context.Context, n NewSession, version models.WorkflowVersion,
) (store.NewSession, error) {
	definition := version.Definition.V
	var found places
	var err error
	if n.Untrusted {
		found, err = s.resolveUntrusted(n.Sender, n.Told, n.Org.Sandbox, definition)
	} else {
		found, err = s.resolve(n.Sender, n.Told, n.Org.Sandbox)
	}
	if err != nil {
		return store.NewSession{}, err
	}
	session, terms, err := s.govern(ctx, definition, found.put(models.Session{
		OrgID: n.Org.ID, Type: n.Type, WorkflowID: version.WorkflowID, WorkflowVersion: version.Version,
		Provisional: n.provisional(), ClientReferenceID: n.ClientReferenceID, Metadata: models.AsJSON(n.Metadata),
		ReturnURL: n.ReturnURL, CancelURL: n.CancelURL, Locale: n.Locale, PageOrigin: n.boundTo(),
		FlagAt: definition.Preferences.FlagAt,
	}))
	if err != nil {
		return store.NewSession{}, err
	}
	planned := store.NewSession{
		Session: session, VersionID: version.ID, Terms: terms,
		Email: n.Contacts.Email, Phone: n.Contacts.Phone, TTL: s.config.SessionTTL,
		WebhookRequired: !n.Org.Sandbox, Verified: n.Skip,
	}
	if n.Org.Sandbox {
		planned.SandboxQuota = s.config.SandboxQuota
	}
	return planned, nil
}

// suspect returns the user of a session that is not provisional, as far as the request describes the user.
func (n NewSession) suspect() (Suspect, error) {
	seen := Suspect{IP: n.Told.ClientIP, Email: n.Contacts.Email, Phone: n.Contacts.Phone, Claimed: n.Told.Jurisdiction}
	if n.Untrusted {
		seen.IP = n.Sender.Address
	}
	return seen, nil
}

// begin assesses the risk, and lets the session take the branches at the start of its graph, which may end it or have
// it reviewed at once. Both happen to a provisional session when it is opened, because its place is not known before.
func (s *Service) begin(ctx context.Context, n NewSession, planned store.NewSession) (store.NewSession, error) {
	if planned.Session.Provisional {
		planned.Session.Risk = models.AsJSON[*rules.Risk](nil)
		return planned, nil
	}
	risk, err := s.suspicion(ctx, planned.Session, n.suspect)
	if err != nil {
		return planned, err
	}
	planned.Session.Risk = models.AsJSON(risk)
	begun, err := s.engine.Begin(planned.Graph, planned.Session)
	if err != nil {
		return planned, err
	}
	planned.Session.GraphState = models.AsJSON(begun.State)
	if !planned.Verified {
		planned.Begun = &begun
	}
	return planned, nil
}
