package sessions

import (
	"context"
	"errors"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Open notes that the user sees the verification page. Opening again changes nothing. A provisional session gets the
// terms of the place from which it is opened. Errors: CodeSessionTerminal; those of Permitting and Specialise, and
// CodeJurisdictionUnresolvable, all without a parameter; ErrBusy.
func (s *Service) Open(ctx context.Context, d Device) (models.Session, error) {
	var opened models.Session
	err := s.withRow(ctx, d.Session, func(session models.Session, _ bool) (err error) {
		opened, err = s.openOnce(ctx, session, d)
		return err
	})
	return opened, err
}

func (s *Service) openOnce(ctx context.Context, session models.Session, d Device) (models.Session, error) {
	if session.Provisional && !session.Status.Terminal() {
		return s.openThere(ctx, session, d)
	}
	if session.Status != models.StatusCreated {
		return s.store.MarkOpened(ctx, session.OrgID, session.ID)
	}
	risk, err := s.suspicionOn(ctx, session, d)
	if err != nil {
		return session, err
	}
	if risk == session.Risk.V { // nothing was found
		return s.store.MarkOpened(ctx, session.OrgID, session.ID)
	}
	return s.store.MarkOpenedAtRisk(ctx, session, risk)
}

// openThere opens a provisional session under the law of the place where its user is. An error changes nothing: the
// user may open the session from another place, where the workflow can run.
func (s *Service) openThere(ctx context.Context, session models.Session, d Device) (models.Session, error) {
	org, err := s.store.Across().Organization(ctx, session.OrgID)
	if err != nil {
		return session, err
	}
	version, err := s.store.WorkflowVersion(ctx, session.OrgID, session.WorkflowID, session.WorkflowVersion)
	if err != nil {
		return session, err
	}
	found, err := s.resolve(d.Sender, toldAtCreation(session), org.Sandbox)
	if err != nil {
		return session, models.WithoutParam(err)
	}
	there, terms, err := s.govern(ctx, version.Definition.V, found.put(session))
	if err != nil {
		return session, models.WithoutParam(err)
	}
	risk, err := s.suspicionOn(ctx, there, d)
	if err != nil {
		return session, err
	}
	there.Risk = models.AsJSON(risk)
	begun, err := s.engine.Begin(terms.Graph, there)
	if err != nil {
		return session, err
	}
	opening := store.Opening{Read: session, Session: there, Terms: terms, Begun: begun}
	if opening, err = s.reuseThere(ctx, opening); err != nil {
		return session, err
	}
	done, err := s.store.OpenProvisional(ctx, opening)
	if errors.Is(err, store.ErrCredentialGone) {
		err = store.ErrRefused // look again
	}
	if err != nil {
		return session, err
	}
	s.notify(ctx, done)
	if !done.Repeated && done.Session.NudgeAt != nil {
		s.orders.changed(ctx, done.Session)
	}
	return done.Session, nil
}

// reuseThere decides under the true terms of a provisional session whether an earlier verification stands in for it. If
// none does, the session goes on as a normal one.
func (s *Service) reuseThere(ctx context.Context, o store.Opening) (store.Opening, error) {
	o.Session.RequiresEmailOTP = false
	if o.Session.Reuse.V.Fresh() || o.Read.EmailChanged || o.Begun.Moves() {
		return o, nil
	}
	a := asking{session: o.Session, graph: o.Graph, proven: o.Read.EmailProvenAt != nil}
	var err error
	if a.email, a.phone, err = s.store.Contacts(o.Read); err != nil {
		return o, err
	}
	if o.Session.Reuse.V != nil {
		a.asked = *o.Session.Reuse.V
		hit, err := s.find(ctx, a)
		o.Reused, o.Session.RequiresEmailOTP = hit.reused, hit.otp
		if err != nil || hit.any() {
			return o, err
		}
	}
	o.Trust, err = s.trust(ctx, a)
	return o, err
}

// toldAtCreation returns the places that the merchant passed when it created the session.
func toldAtCreation(s models.Session) (t Told) {
	if s.JurisdictionSource == models.JurisdictionExplicit {
		t.Jurisdiction = s.Jurisdiction
	}
	if s.DeliveryJurisdiction != nil {
		t.Delivery = *s.DeliveryJurisdiction
	}
	return t
}
