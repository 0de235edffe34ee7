package reuse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/reuse"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// candidate is an own verification by a document at 21, ten days ago.
func candidate(adjust ...func(*reuse.Candidate)) reuse.Candidate {
	c := reuse.Candidate{
		ID: "cred_a", Own: true, Method: rules.MethodDocumentCapture, Tier: rules.MinAge(21),
		Methods:    []rules.Method{rules.MethodDocumentCapture, rules.MethodSelfieMatch},
		VerifiedAt: now.Add(-10 * day), ExpiresAt: now.Add(355 * day),
	}
	for _, change := range adjust {
		change(&c)
	}
	return c
}

func TestEachConditionDeclinesForItsReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		adjust func(*reuse.Candidate)
		policy reuse.Policy
		want   reuse.Reason
	}{
		"no condition":      {nil, reuse.Policy{}, reuse.Matched},
		"revoked":           {func(c *reuse.Candidate) { c.Revoked = true }, reuse.Policy{}, reuse.Revoked},
		"expired now":       {func(c *reuse.Candidate) { c.ExpiresAt = now }, reuse.Policy{}, reuse.Expired},
		"superseded":        {func(c *reuse.Candidate) { c.Superseded = true }, reuse.Policy{}, reuse.Superseded},
		"as old as allowed": {nil, reuse.Policy{MaxAge: 10 * day}, reuse.Matched},
		// A 10-day-old credential does not satisfy a maximal age of 7 days.
		"too old":              {nil, reuse.Policy{MaxAge: 7 * day}, reuse.TooOld},
		"as strong as needed":  {nil, reuse.Policy{MinRank: 5}, reuse.Matched},
		"stronger than needed": {nil, reuse.Policy{MinRank: 1}, reuse.Matched},
		"too weak":             {nil, reuse.Policy{MinRank: 6}, reuse.TooWeak},
		"the same tier":        {nil, reuse.Policy{Tier: rules.MinAge(21)}, reuse.Matched},
		"a lower tier":         {nil, reuse.Policy{Tier: rules.MinAge(13)}, reuse.Matched},
		"a higher tier":        {nil, reuse.Policy{Tier: rules.MinAge(25)}, reuse.TooYoung},
		"an unknown tier":      {nil, reuse.Policy{Tier: "min_age_17"}, reuse.TooYoung},
		"an identity":          {nil, reuse.Policy{Identity: true}, reuse.Matched},
		"an identity from a selfie": {
			func(c *reuse.Candidate) { c.Method = rules.MethodSelfieMatch }, reuse.Policy{Identity: true}, reuse.NoIdentity,
		},
		"a forbidden method": {
			nil, reuse.Policy{Allowed: func(rules.Method) bool { return false }}, reuse.WrongMethod,
		},
		"a method that is asked for": {
			nil, reuse.Policy{Methods: []rules.Method{rules.MethodDocumentCapture}}, reuse.Matched,
		},
		"another method is asked for": {nil, reuse.Policy{Methods: []rules.Method{rules.MethodMDL}}, reuse.NotAsked},
		"required methods": {nil, reuse.Policy{
			Required: []rules.Method{rules.MethodSelfieMatch, rules.MethodDocumentCapture},
		}, reuse.Matched},
		"one required method is missing": {nil, reuse.Policy{
			Required: []rules.Method{rules.MethodDocumentCapture, rules.MethodMDL},
		}, reuse.MethodsMissing},
		"an unknown method": {func(c *reuse.Candidate) { c.Method = "retina" }, reuse.Policy{}, reuse.TooWeak},
	} {
		c.policy.Now = now
		one := candidate()
		if c.adjust != nil {
			c.adjust(&one)
		}
		got := reuse.Decide([]reuse.Candidate{one}, c.policy)
		require.Equal(t, c.want, got.Reason, name)
		require.Equal(t, c.want == reuse.Matched, got.Match(), name)
		if !got.Match() {
			require.Zero(t, got.Candidate, name)
		}
	}
	require.Equal(t, reuse.Unknown, reuse.Decide(nil, reuse.Policy{Now: now}).Reason)
}

func TestTierLadderIsStrict(t *testing.T) {
	t.Parallel()
	tiers := rules.AgeTiers()
	require.Len(t, tiers, 8, "13, 15, 16, 18, 19, 20, 21 and 25")
	for _, has := range tiers {
		for _, needed := range tiers {
			one := candidate(func(c *reuse.Candidate) { c.Tier = has })
			got := reuse.Decide([]reuse.Candidate{one}, reuse.Policy{Now: now, Tier: needed})
			require.Equal(t, has.Years() >= needed.Years(), got.Match(), "%s for %s", has, needed)
		}
	}
}

func TestBestCandidateIsTaken(t *testing.T) {
	t.Parallel()
	with := func(id string, own bool, m rules.Method, age time.Duration) reuse.Candidate {
		return candidate(func(c *reuse.Candidate) { c.ID, c.Own, c.Method, c.VerifiedAt = id, own, m, now.Add(-age) })
	}
	all := []reuse.Candidate{
		with("foreign", false, rules.MethodEUDIPID, day),
		with("weak", true, rules.MethodFacialAge, day),
		with("old", true, rules.MethodMDL, 9*day),
		with("new", true, rules.MethodMDL, 2*day),
	}
	require.Equal(t, "new", reuse.Decide(all, reuse.Policy{Now: now}).Candidate.ID)
	require.Equal(t, "foreign", reuse.Decide(all, reuse.Policy{Now: now, MinRank: 8}).Candidate.ID)
	require.Equal(t, "foreign", all[0].ID, "the caller's list stays as it is")
}

func TestRequiredMethodsMayComeFromSeveralVerifications(t *testing.T) {
	t.Parallel()
	replaced := candidate(func(c *reuse.Candidate) { c.Superseded = true })
	wallet := candidate(func(c *reuse.Candidate) { c.ID, c.Method, c.Methods = "cred_b", rules.MethodMDL, nil })
	p := reuse.Policy{Now: now, Required: []rules.Method{rules.MethodDocumentCapture, rules.MethodMDL}}
	require.Equal(t, "cred_b", reuse.Decide([]reuse.Candidate{replaced, wallet}, p).Candidate.ID)
	replaced.Revoked = true
	require.Equal(t, reuse.MethodsMissing, reuse.Decide([]reuse.Candidate{replaced, wallet}, p).Reason)
}
