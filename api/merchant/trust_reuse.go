package merchant

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// trustPolicyObject holds the conditions under which the organization accepts verifications that users share with it.
type trustPolicyObject struct {
	Object string `json:"object"`
	Accept bool   `json:"accept"`
	// MaxAgeDays is null for any age.
	MaxAgeDays       *int           `json:"max_age_days"`
	SameJurisdiction bool           `json:"same_jurisdiction"`
	Methods          []rules.Method `json:"methods"`
	// AcknowledgedAt is null before the first switch-on.
	AcknowledgedAt *string `json:"liability_acknowledged_at"`
}

func showTrustPolicy(p models.TrustPolicy) (rest.Answer, error) {
	object := trustPolicyObject{
		Object: "trust_reuse_policy", Accept: p.Accept, SameJurisdiction: p.SameJurisdiction, Methods: []rules.Method{},
	}
	if p.MaxAgeDays > 0 {
		object.MaxAgeDays = &p.MaxAgeDays
	}
	if len(p.Methods.V) > 0 {
		object.Methods = p.Methods.V
	}
	if p.AcknowledgedAt != nil {
		object.AcknowledgedAt = new(p.AcknowledgedAt.ISO())
	}
	return rest.Reply(http.StatusOK, object)
}

func (hs *Handlers) getTrustPolicy(c *rest.Call) (rest.Answer, error) {
	org, err := hs.store.Organization(c.Ctx, c.Org().ID)
	if err != nil {
		return rest.Answer{}, err
	}
	return showTrustPolicy(org.Trust)
}

type trustPolicyInput struct {
	Accept                *bool                `json:"accept"`
	MaxAgeDays            rest.ClearableNumber `json:"max_age_days"`
	SameJurisdiction      *bool                `json:"same_jurisdiction"`
	Methods               []string             `json:"methods"`
	LiabilityAcknowledged *bool                `json:"liability_acknowledged"`
}

// updateTrustPolicy changes the parts of the policy that are given.
func (hs *Handlers) updateTrustPolicy(c *rest.Call) (rest.Answer, error) {
	var in trustPolicyInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	change, err := in.change()
	if err != nil {
		return rest.Answer{}, err
	}
	org, err := hs.sessions.ChangeTrustPolicy(c.Ctx, c.Org().ID, c.Actor(), change)
	if err != nil {
		return rest.Answer{}, err
	}
	return showTrustPolicy(org.Trust)
}

func (in *trustPolicyInput) change() (store.TrustPolicyChange, error) {
	change := store.TrustPolicyChange{
		Accept: in.Accept, SameJurisdiction: in.SameJurisdiction,
		Acknowledged: in.LiabilityAcknowledged != nil && *in.LiabilityAcknowledged,
	}
	if in.MaxAgeDays.Given {
		change.MaxAgeDays = new(int)
		if days := in.MaxAgeDays.Number; days != nil {
			if *days < 1 || *days > mostDays {
				return change, models.Invalid("max_age_days", "max_age_days must be from 1 to %d, or null for any age", mostDays)
			}
			change.MaxAgeDays = days
		}
	}
	if in.Methods == nil {
		return change, nil
	}
	methods, err := readMethods("methods", in.Methods)
	change.Methods = &methods
	return change, err
}

// readMethods reads a set of methods in any letter case. The answer has each once, in the given order.
func readMethods(param string, names []string) ([]rules.Method, error) {
	if len(names) > mostMethods {
		return nil, models.Invalid(param, "%s must not have more than %d entries", param, mostMethods)
	}
	methods := make([]rules.Method, 0, len(names))
	for i, name := range names {
		name = strings.ToLower(name)
		if err := checkMethod(fmt.Sprintf("%s[%d]", param, i), &name); err != nil {
			return nil, err
		}
		if method := rules.Method(name); !slices.Contains(methods, method) {
			methods = append(methods, method)
		}
	}
	return methods, nil
}

// listTrustGrants lists the grants that the organization accepted.
func (hs *Handlers) listTrustGrants(c *rest.Call) (rest.Answer, error) {
	page, filter := c.Query.Page(), grantFilter(c.Query)
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.TrustGrants(c.Ctx, c.Org().ID, filter, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, models.TrustGrant.Public)
}

func grantFilter(q *rest.Query) store.GrantFilter {
	f := store.GrantFilter{
		Status: q.Text("status"), Person: q.Text("verified_person_id"), SessionID: q.Text("session_id"),
		Created: q.Window("created"),
	}
	if !slices.Contains([]string{"", store.GrantsActive, store.GrantsRevoked}, f.Status) {
		q.Fail("status", "status must be %s or %s", store.GrantsActive, store.GrantsRevoked)
	}
	return f
}

func (hs *Handlers) getTrustGrant(c *rest.Call) (rest.Answer, error) {
	return showTrustGrant(hs.store.TrustGrant(c.Ctx, c.Org().ID, c.ID()))
}

// revokeTrustGrant revokes a grant of the organization. A repeat answers the revoked grant.
func (hs *Handlers) revokeTrustGrant(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	return showTrustGrant(hs.sessions.RevokeGrant(c.Ctx, c.Org().ID, c.ID(), c.Actor()))
}

func showTrustGrant(g models.TrustGrant, err error) (rest.Answer, error) {
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, g.Public())
}
