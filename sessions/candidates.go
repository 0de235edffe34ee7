package sessions

import (
	"context"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/reuse"
)

// asking is a session that asks for an earlier verification, under its terms.
type asking struct {
	session models.Session
	graph   graph.Graph
	asked   models.ReuseRequest
	// email and phone name the person; "" is none.
	email, phone string
	// untrusted means that a browser says so.
	untrusted bool
	// proven means that the user has proven control of the e-mail address.
	proven bool
	// own are the organization's credentials of the person with the session's VP token; nil if they are not read yet.
	own []models.Credential
}

// found is the outcome of a search for an earlier verification.
type found struct {
	// reused is the verification to reuse now; nil if there is none, or the user must prove the e-mail address first.
	reused *store.Reused
	otp    bool
}

func (f found) any() bool { return f.reused != nil || f.otp }

// find returns the earlier verification that stands in for the session: by its VP token, or else by its contacts if it
// accepts existing verifications.
func (s *Service) find(ctx context.Context, a asking) (found, error) {
	if a.asked.CredentialID != "" {
		c, err := s.byToken(ctx, a)
		if err != nil {
			return found{}, err
		}
		if c != nil {
			demanded, err := s.demandsOTP(ctx, a)
			if demanded {
				return found{otp: true}, err
			}
			return found{reused: c}, err
		}
	}
	if !a.asked.Accepts() {
		return found{}, nil
	}
	return s.byContact(ctx, a)
}

// byToken returns the best credential of the person whose token the session has. The token's own credential may have
// been replaced by a stronger one.
func (s *Service) byToken(ctx context.Context, a asking) (*store.Reused, error) {
	if a.own == nil { // none are left if the presented one expired or was revoked since
		rows, err := s.store.PresentedCredentials(ctx, a.session.OrgID, a.asked.CredentialID)
		if err != nil {
			return nil, err
		}
		a.own = rows
	}
	c := s.decide(a, a.own)
	if c == nil {
		return nil, nil
	}
	return &store.Reused{Credential: *c, Path: store.PathVPToken}, nil
}

// byContact returns the best credential of the person with the session's contact. The user proves control of the e-mail
// address first if the workflow asks for it, and always if a browser named the address.
func (s *Service) byContact(ctx context.Context, a asking) (found, error) {
	rows, err := s.candidates(ctx, a)
	if err != nil {
		return found{}, err
	}
	c := s.decide(a, rows)
	if c == nil {
		return found{}, nil
	}
	demanded, err := s.demandsOTP(ctx, a)
	if err != nil {
		return found{}, err
	}
	if demanded || a.untrusted && !a.proven {
		return found{otp: a.email != ""}, nil // a phone number proves no e-mail address
	}
	reused := &store.Reused{Credential: *c, Path: store.PathReturningUser}
	if a.proven {
		reused.Email = a.email
	}
	return found{reused: reused}, nil
}

// demandsOTP reports whether the workflow asks for a proof of the e-mail address that the user has not given.
func (s *Service) demandsOTP(ctx context.Context, a asking) (bool, error) {
	preferences, err := s.store.SessionPreferences(ctx, a.session)
	return preferences.RequireEmailOTP && !a.proven, err
}

// candidates returns the credentials of the person that the session names: by a contact, or by a credential_hash alone.
// A credential_hash beside a contact must be that of one of the person's credentials.
func (s *Service) candidates(ctx context.Context, a asking) ([]models.Credential, error) {
	org, err := s.store.Across().Organization(ctx, a.session.OrgID)
	if err != nil {
		return nil, err
	}
	hash := a.asked.CredentialHash
	if a.email == "" && a.phone == "" {
		named, err := s.store.CredentialByHash(ctx, org.ID, hash)
		if models.CodeOf(err) == models.CodeResourceMissing {
			return nil, nil
		}
		if err != nil || !named.ValidAt(s.now()) {
			return nil, err
		}
		return s.store.OwnCredentials(ctx, org.ID, named.PersonID)
	}
	rows, err := s.store.Across().CredentialsByContact(ctx, store.PersonQuery{
		Org: org, Network: org.NetworkDedup, Email: a.email, Phone: a.phone,
	})
	if hash != "" && !slices.ContainsFunc(rows, func(c models.Credential) bool { return c.Hash == hash }) {
		return nil, err
	}
	return rows, err
}

// policy returns the conditions on an earlier verification of the session, and false if its workflow takes none.
func (s *Service) policy(a asking) (p reuse.Policy, reachable bool) {
	floor, reachable := graph.Floor(a.graph)
	allowed := a.session.Compliance.V.AllowedMethods
	return reuse.Policy{
		Now: s.now(), Tier: a.session.AgeTier, Identity: a.session.Type == models.TypeIdentity,
		Allowed:  func(m rules.Method) bool { return compliance.Allows(allowed, m) },
		MinRank:  max(floor, a.asked.MinStrength.Rank()),
		MaxAge:   time.Duration(a.asked.MaxAgeDays) * 24 * time.Hour,
		Required: a.asked.RequiredMethods,
	}, reachable
}

// decide returns the credential that stands in for the session, or nil.
func (s *Service) decide(a asking, rows []models.Credential) *models.Credential {
	policy, reachable := s.policy(a)
	if !reachable {
		return nil
	}
	decision := reuse.Decide(candidatesOf(rows, a.session.OrgID), policy)
	if !decision.Match() {
		return nil
	}
	i := slices.IndexFunc(rows, func(c models.Credential) bool { return c.ID == decision.Candidate.ID })
	return &rows[i]
}

func candidatesOf(rows []models.Credential, org string) []reuse.Candidate {
	candidates := make([]reuse.Candidate, 0, len(rows))
	for _, c := range rows {
		candidates = append(candidates, reuse.Candidate{
			ID: c.ID, Own: c.OrgID == org, Method: c.Method, Methods: c.Methods.V, Tier: c.AgeTier,
			VerifiedAt: c.VerifiedAt.Time, ExpiresAt: c.ExpiresAt.Time, Revoked: c.RevokedAt != nil,
			Superseded: c.SupersededAt != nil,
		})
	}
	return candidates
}
