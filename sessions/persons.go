package sessions

import (
	"context"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/reuse"
)

// PersonFilter names a person and the conditions on an earlier verification. A zero condition is none.
type PersonFilter struct {
	Contacts
	// Methods are those that count; empty counts all.
	Methods     []rules.Method
	MinStrength rules.Method
	MaxAge      time.Duration
}

// LookUp returns the credentials of a person that meet the filter, the best first: the organization's own, and those of
// others if the organization has NetworkDedup. It does the same work for a person who is not known. Errors:
// CodeRateLimitExceeded, so that nobody tries a list of addresses.
func (s *Service) LookUp(ctx context.Context, org models.Organization, f PersonFilter) ([]models.Credential, error) {
	limit := store.Attempts{Most: s.config.LookupLimit, Window: time.Minute}
	wait, err := s.store.TakeAttempt(ctx, "lookup:"+org.ID, limit)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &models.Error{
			Code: models.CodeRateLimitExceeded, RetryAfter: wait,
			Message: "The organization has looked up too many persons. Wait for the seconds that Retry-After says",
		}
	}
	rows, err := s.store.Across().CredentialsByContact(ctx, store.PersonQuery{
		Org: org, Network: org.NetworkDedup, Email: f.Email, Phone: f.Phone,
	})
	if err != nil {
		return nil, err
	}
	matching := reuse.Matching(candidatesOf(rows, org.ID), reuse.Policy{
		Now: s.now(), Methods: f.Methods, MinRank: f.MinStrength.Rank(), MaxAge: f.MaxAge,
	})
	found := make([]models.Credential, 0, len(matching))
	for _, m := range matching {
		i := slices.IndexFunc(rows, func(c models.Credential) bool { return c.ID == m.ID })
		found = append(found, rows[i])
	}
	return found, nil
}
