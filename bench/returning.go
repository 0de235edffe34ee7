package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

const (
	// tokenTarget is the least rate of creations with a token, as a ratio to plain creations.
	tokenTarget = 0.8
	// alikeTarget limits the ratio of the medians for known and for unknown persons.
	alikeTarget = 1.05
	// alikeRuns is the number of requests of each kind in a round.
	alikeRuns = 256
)

// returning runs an API that can send mails, without a worker: its mails wait.
func (b bench) returning(ctx context.Context) (*stile, error) {
	there := *b.site
	there.config.LookupLimit = unlimited
	there.config.SMTP, there.config.MailFrom = &mail.Server{Host: "127.0.0.1", Port: 1}, "bench@id.example"
	api, err := there.process(ctx, app.Options{API: true})
	return &stile{api: api, worker: api}, err
}

// people are verified persons of a merchant.
type people struct {
	*merchant
	workflow string
	named    atomic.Int64
}

func (b bench) withPeople(ctx context.Context, use func(*people) error) error {
	return b.with(ctx, b.returning, func(m *merchant) error {
		workflow, err := m.publish(ctx, simple())
		if err != nil {
			return err
		}
		return use(&people{merchant: m, workflow: workflow})
	})
}

// stranger returns an address that nobody has used. It is as long as the others.
func (p *people) stranger() string { return fmt.Sprintf("%012d@person.example", p.named.Add(1)) }

// known verifies a person and returns the address and the session.
func (p *people) known(ctx context.Context) (email string, s session, err error) {
	email = p.stranger()
	if s, err = p.ordered(ctx, object{"email": email}); err != nil {
		return email, s, err
	}
	_, err = p.stile.api.Store().Change(ctx, store.Change{
		OrgID: p.org, SessionID: s.ID, ID: "bench", From: models.OpenStatuses, To: models.StatusVerified,
		Passed: []rules.Method{rules.MethodSelfAttestation},
	})
	return email, s, err
}

// ordered creates a session with further parameters.
func (p *people) ordered(ctx context.Context, more object) (s session, err error) {
	order := object{"type": "age", "workflow_id": p.workflow, "jurisdiction": "US"}
	for name, value := range more {
		order[name] = value
	}
	return s, p.post(ctx, p.secret, "/v1/verification_sessions", order, &s)
}

// token returns the VP token of a verified session.
func (p *people) token(ctx context.Context, s session) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+s.path(""), http.NoBody)
	if err != nil {
		return "", err
	}
	found, err := p.send(request, s.ClientSecret)
	if err != nil {
		return "", err
	}
	var view struct {
		VPToken string `json:"vp_token"`
	}
	err = json.Unmarshal(found.body, &view)
	if view.VPToken == "" {
		err = errors.Join(err, fmt.Errorf("no token: %d: %s", found.status, found.body))
	}
	return view.VPToken, err
}

// preparing returns a call to be measured. Its own work is not measured.
type preparing func(context.Context) (call func(context.Context) error, err error)

// timed returns a side that makes calls and measures them.
func timed(name string, prepare preparing) side {
	return side{name: name, once: func(ctx context.Context) (time.Duration, error) {
		call, err := prepare(ctx)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		err = call(ctx)
		return time.Since(began), err
	}}
}

// tokens compares creations with a VP token, which verifies the session, with plain creations.
func (b bench) tokens(ctx context.Context) (comparison, error) {
	c := comparison{
		title: "returning user", base: "plain creation", our: "with a VP token", target: tokenTarget, shown: ofRequests,
	}
	err := b.withPeople(ctx, func(p *people) error {
		email, verified, err := p.known(ctx)
		if err != nil {
			return err
		}
		token, err := p.token(ctx, verified)
		if err != nil {
			return err
		}
		creating := func(order object) preparing {
			return func(context.Context) (func(context.Context) error, error) {
				return func(ctx context.Context) error { _, err := p.ordered(ctx, order); return err }, nil
			}
		}
		c.rounds, err = b.compare(ctx, c.title, b.requests/16, timed(c.base, creating(object{"email": email})),
			timed(c.our, creating(object{"email": email, "vp_token": token})))
		return err
	})
	return c, err
}

// alike compares answers about known persons with those about strangers: lookups, mailed codes, and creations that
// accept no shared verification.
func (b bench) alike(ctx context.Context) (results []comparison, err error) {
	err = b.withPeople(ctx, func(p *people) error {
		for _, compared := range []func(context.Context, *people) (comparison, error){b.lookups, b.codes, b.declines} {
			c, err := compared(ctx, p)
			if err != nil {
				return err
			}
			results = append(results, c)
		}
		return nil
	})
	return results, err
}

func alike(title string) comparison {
	return comparison{
		title: title, base: "stranger", our: "known person", of: latency, target: alikeTarget, shown: ofRequests[1:],
	}
}

func (b bench) lookups(ctx context.Context, p *people) (comparison, error) {
	c := alike("lookup")
	email, _, err := p.known(ctx)
	if err != nil {
		return c, err
	}
	looking := func(email func() string) preparing {
		return func(context.Context) (func(context.Context) error, error) {
			order := object{"email": email()}
			return func(ctx context.Context) error {
				return p.post(ctx, p.secret, "/v1/verified_person/lookup", order, nil)
			}, nil
		}
	}
	c.rounds, err = b.compare(ctx, c.title, alikeRuns, timed(c.base, looking(p.stranger)),
		timed(c.our, looking(func() string { return email })))
	return c, err
}

// codes mails a code for a session of its own each time, because a session takes three.
func (b bench) codes(ctx context.Context, p *people) (comparison, error) {
	c := alike("code by mail")
	mailing := func(address func(context.Context) (string, error)) preparing {
		return func(ctx context.Context) (func(context.Context) error, error) {
			email, err := address(ctx)
			if err != nil {
				return nil, err
			}
			s, err := p.ordered(ctx, object{"email": email})
			return func(ctx context.Context) error {
				return p.post(ctx, s.ClientSecret, s.path("/otp"), object{}, nil)
			}, err
		}
	}
	stranger := func(context.Context) (string, error) { return p.stranger(), nil }
	known := func(ctx context.Context) (string, error) { email, _, err := p.known(ctx); return email, err }
	var err error
	c.rounds, err = b.compare(ctx, c.title, alikeRuns, timed(c.base, mailing(stranger)), timed(c.our, mailing(known)))
	return c, err
}

// declines creates sessions at another organization, which accepts shared verifications of a stronger method only.
func (b bench) declines(ctx context.Context, p *people) (comparison, error) {
	c := alike("declined shared verification")
	there, err := newTenant(ctx, p.stile, p.http)
	if err != nil {
		return c, err
	}
	s := p.stile.api.Store()
	accept := true
	_, err = s.ChangeTrustPolicy(ctx, there.org, store.ActorCLI, store.TrustPolicyChange{
		Accept: &accept, Acknowledged: true, Methods: &[]rules.Method{rules.MethodMDL},
	})
	if err != nil {
		return c, err
	}
	email, verified, err := p.known(ctx)
	if err != nil {
		return c, err
	}
	session, err := s.Session(ctx, p.org, verified.ID)
	if err != nil {
		return c, err
	}
	if err := s.ShareCredential(ctx, session); err != nil {
		return c, err
	}
	merchant := &merchant{tenant: there}
	if _, err := merchant.subscribe(ctx, "http://127.0.0.1:1/"); err != nil {
		return c, err
	}
	elsewhere := &people{merchant: merchant}
	if elsewhere.workflow, err = merchant.publish(ctx, simple()); err != nil {
		return c, err
	}
	creating := func(email func() string) preparing {
		return func(context.Context) (func(context.Context) error, error) {
			order := object{"email": email()}
			return func(ctx context.Context) error { _, err := elsewhere.ordered(ctx, order); return err }, nil
		}
	}
	c.rounds, err = b.compare(ctx, c.title, alikeRuns, timed(c.base, creating(p.stranger)),
		timed(c.our, creating(func() string { return email })))
	return c, err
}

// lookupCall looks up a person on both sides of growth.
func lookupCall(few, many *grown) growthCall {
	return growthCall{what: "look a person up", target: grownTarget, few: few.lookUp, many: many.lookUp}
}

func (g *grown) lookUp(ctx context.Context) error {
	return g.post(ctx, g.secret, "/v1/verified_person/lookup", object{"email": plantedPerson}, nil)
}

// plantedPerson is the person of the session that is copied. The copies are persons of their own.
const plantedPerson = "planted@person.example"

// plantPerson verifies a person, of whom the others become copies.
func (g *grown) plantPerson(ctx context.Context) error {
	p := &people{merchant: &merchant{tenant: g.tenant}, workflow: g.workflow}
	s, err := p.ordered(ctx, object{"email": plantedPerson})
	if err != nil {
		return err
	}
	_, err = g.stile.api.Store().Change(ctx, store.Change{
		OrgID: g.org, SessionID: s.ID, ID: "bench", From: models.OpenStatuses, To: models.StatusVerified,
		Passed: []rules.Method{rules.MethodSelfAttestation},
	})
	return err
}

// persons are as many persons as there are sessions, each with an address and a credential.
func (g *grown) persons() []copies {
	id := func(prefix string) string { return "'" + prefix + "' || lpad(i::text, 24, '0')" }
	return []copies{
		{"verified_persons", g.sessions, map[string]string{"id": id("vp_")}},
		{"person_anchors", g.sessions, map[string]string{"person_id": id("vp_"), "hash": "md5(i::text) || md5((-i)::text)"}},
		{"credentials", g.sessions, map[string]string{
			"id": id("cred_"), "person_id": id("vp_"), "hash": "md5(i::text) || md5((-i)::text)", "session_id": id("vks_"),
		}},
	}
}
