package store_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/reuse"
)

var trustScenarios = []scenario{
	sharedVerificationVerifiesASessionElsewhere,
	openSessionIsVerifiedByASharedVerification,
	provisionalSessionIsVerifiedByASharedVerificationWhenOpened,
	verificationThatMissesTheDemandGrantsNothing,
	sandboxSharesNothingWithLive,
	laterSessionsUseTheGrantOfTheFirst,
	concurrentSessionsMakeOneGrant,
	consentIsGivenOnceAndAtMostTenTimes,
	onlyAnOwnVerificationWithAnAddressCanBeShared,
	revokedGrantEndsItsCredentialAndBlocksThePerson,
	endedSharingRevokesItsGrantsInBatches,
	lostRevocationsAreClaimedOnce,
	newConsentOutlivesTheRunOfAnEndedOne,
	thousandsOfGrantsEndWhileSessionsGoOn,
	revokedVerificationRevokesItsGrants,
	surplusVerificationIsSharedNoMore,
	erasedPersonLeavesNoVerification,
	reviewThatRejectsAGrantedSessionRevokesTheGrant,
	noGrantSurvivesARevocationThatRacesWithIt,
	grantsAreListedByStatusPersonAndSession,
	linkOfAMailWorksForItsGrantAndScope,
	switchOnOfThePolicyNeedsAnAcknowledgement,
}

const ada = "ada@person.example"

// trusting is a session to create that accepts a shared verification of a document for 18 years or more.
func (f *fixture) trusting(t *testing.T, org, email string, adjust ...func(*reuse.Demand)) store.NewSession {
	t.Helper()
	n := f.person(t, org, email, "")
	n.Trust = trusting(email, adjust...)
	return n
}

func trusting(email string, adjust ...func(*reuse.Demand)) *store.Trust {
	demand := reuse.Demand{Methods: []rules.Method{rules.MethodMDL, rules.MethodDocumentCapture}, MinYears: 18}
	for _, change := range adjust {
		change(&demand)
	}
	return &store.Trust{Demand: demand, Email: email, Notice: func(g models.TrustGrant) store.NewMail {
		return store.NewMail{OrgID: g.OrgID, Purpose: models.MailGrant, TTL: time.Hour, MailContent: models.MailContent{
			To: email, Values: map[string]string{"revoke": g.ID},
		}}
	}}
}

// share verifies a user at the organization, who shares the verification.
func (f *fixture) share(t *testing.T, org, email string, m rules.Method) (models.Session, models.Credential) {
	t.Helper()
	session, c := f.verify(t, f.person(t, org, email, ""), m)
	require.NoError(t, f.ShareCredential(t.Context(), session))
	return session, c
}

// granted creates a session that a shared verification verifies.
func (f *fixture) granted(t *testing.T, org, email string) (store.Changed, models.TrustGrant) {
	t.Helper()
	created, err := f.CreateSession(t.Context(), f.trusting(t, org, email))
	require.NoError(t, err)
	require.Equal(t, models.StatusVerified, created.Session.Status)
	require.NotNil(t, created.Session.TrustGrantID)
	g, err := f.TrustGrant(t.Context(), org, *created.Session.TrustGrantID)
	require.NoError(t, err)
	return created, g
}

func (f *fixture) grant(t *testing.T, g models.TrustGrant) models.TrustGrant {
	t.Helper()
	now, err := f.TrustGrant(t.Context(), g.OrgID, g.ID)
	require.NoError(t, err)
	return now
}

// requireOrdinary requires that no verification stands in for the session.
func (f *fixture) requireOrdinary(t *testing.T, n store.NewSession, why string) {
	t.Helper()
	session := f.created(t, n)
	require.Equal(t, models.StatusCreated, session.Status, why)
	require.Nil(t, f.reread(t, session).TrustGrantID, why)
}

func sharedVerificationVerifiesASessionElsewhere(t *testing.T, f *fixture) {
	endpoint := f.endpointOf(t, f.foreign, models.AllEvents)
	_, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	f.clock.Advance(time.Hour)

	created, g := f.granted(t, f.foreign, ada)

	session := created.Session
	require.Equal(t, []*string{ptr(store.PathTrustReuse), &c.PersonID}, []*string{session.VerificationPath,
		session.VerifiedPersonID})
	copied := f.credential(t, session)
	require.Equal(t, []any{f.foreign, &c.ID, c.VerifiedAt, c.ExpiresAt, c.Method},
		[]any{copied.OrgID, copied.SourceID, copied.VerifiedAt, copied.ExpiresAt, copied.Method})
	require.Equal(t, ptr(f.EmailHash(f.foreign, ada)), copied.EmailHash)
	require.True(t, models.PrefixTrustGrant.Names(g.ID), g.ID)
	require.Equal(t, models.TrustGrant{
		ID: g.ID, OrgID: f.foreign, SourceOrgID: f.org, PersonID: c.PersonID, ConsentID: g.ConsentID, CredentialID: c.ID,
		CopyID: &copied.ID, SessionID: session.ID, Method: c.Method, Methods: c.Methods, Strength: c.Strength,
		AgeTier: c.AgeTier, Jurisdiction: c.Jurisdiction, VerifiedAt: c.VerifiedAt, Created: f.Now(), ExpiresAt: c.ExpiresAt,
	}, g)
	require.Equal(t, []string{"trust_reuse_grant.create"}, f.audited(t, f.foreign, g.ID))

	events := f.eventsOf(t, session)
	require.Equal(t, []models.EventType{
		models.EventSessionCreated, models.EventSessionVerified, models.EventTrustGrantCreated,
	}, typesOf(events))
	var data struct{ Object models.TrustGrantObject }
	require.NoError(t, json.Unmarshal([]byte(events[2].Data), &data))
	require.Equal(t, g.Public(), data.Object)
	require.Equal(t, "DOCUMENT_CAPTURE", data.Object.Method)
	require.Len(t, created.FirstAttempts, 3, "the session's run delivers the event of the grant")
	require.Equal(t, endpoint.ID, created.FirstAttempts[2].EndpointID)

	taken, err := f.TakeMail(t.Context(), created.Mail.Ref())
	require.NoError(t, err)
	require.Equal(t, []string{ada, g.ID}, []string{taken.Content.To, taken.Content.Values["revoke"]})
	require.Empty(t, f.audited(t, f.org, g.ID), "the organization that verified learns nothing")
}

func openSessionIsVerifiedByASharedVerification(t *testing.T, f *fixture) {
	_, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	waiting := f.created(t, f.person(t, f.foreign, "", "")) // the user proves the address later
	_, granted, err := f.GrantTrust(t.Context(), waiting, *trusting("eve@person.example"), models.CancellableStatuses...)
	require.NoError(t, err)
	require.False(t, granted)
	require.Equal(t, waiting, f.reread(t, waiting), "a decline changes nothing")

	done, granted, err := f.GrantTrust(t.Context(), waiting, *trusting(ada), models.CancellableStatuses...)
	require.NoError(t, err)
	require.True(t, granted)
	require.NotNil(t, done.Mail)
	require.Equal(t, models.StatusVerified, done.Session.Status)
	require.Equal(t, f.Now(), *done.Session.NudgeAt, "its run is owed a signal")
	require.Equal(t, &c.ID, f.credential(t, done.Session).SourceID)

	again, granted, err := f.GrantTrust(t.Context(), waiting, *trusting(ada), models.CancellableStatuses...)
	require.NoError(t, err)
	require.True(t, granted && again.Repeated)
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM mails"))
}

func provisionalSessionIsVerifiedByASharedVerificationWhenOpened(t *testing.T, f *fixture) {
	_, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	n := f.person(t, f.foreign, ada, "")
	n.Session.Provisional = true
	waiting := f.created(t, n)

	done, err := f.OpenProvisional(t.Context(), store.Opening{
		Read: waiting, Session: waiting, Terms: n.Terms, Begun: store.Progress{Session: waiting, To: waiting.Status},
		Trust: trusting(ada),
	})

	require.NoError(t, err)
	require.Equal(t, models.StatusVerified, done.Session.Status)
	require.Equal(t, &c.ID, f.credential(t, done.Session).SourceID)
	require.NotNil(t, done.Mail)
}

func verificationThatMissesTheDemandGrantsNothing(t *testing.T, f *fixture) {
	f.verify(t, f.person(t, f.org, "nobody@asked.example", ""), rules.MethodDocumentCapture)
	f.requireOrdinary(t, f.trusting(t, f.foreign, "nobody@asked.example"), "no consent")
	withdrawn, _ := f.share(t, f.org, "withdrawn@person.example", rules.MethodDocumentCapture)
	_, err := f.UnshareCredential(t.Context(), withdrawn)
	require.NoError(t, err)
	f.requireOrdinary(t, f.trusting(t, f.foreign, "withdrawn@person.example"), "a withdrawn consent")

	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	f.requireOrdinary(t, f.trusting(t, f.foreign, "eve@person.example"), "a stranger")
	f.requireOrdinary(t, f.trusting(t, f.org, ada), "a verification of its own")
	for why, demand := range map[string]func(*reuse.Demand){
		"another method":       func(d *reuse.Demand) { d.Methods = []rules.Method{rules.MethodMDL} },
		"no method":            func(d *reuse.Demand) { d.Methods = nil },
		"a higher tier":        func(d *reuse.Demand) { d.MinYears = 25 },
		"another jurisdiction": func(d *reuse.Demand) { d.Jurisdiction = "US" },
		"too old":              func(d *reuse.Demand) { d.Since = f.clock.Now().Add(time.Second) },
	} {
		f.requireOrdinary(t, f.trusting(t, f.foreign, ada, demand), why)
	}
	f.granted(t, f.foreign, ada)

	third := f.organization(t)
	f.clock.Advance(366 * day)
	f.requireOrdinary(t, f.trusting(t, third, ada), "an expired verification")
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM trust_grants"))
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM mails"))
}

func sandboxSharesNothingWithLive(t *testing.T, f *fixture) {
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	live := f.live(t)
	f.requireOrdinary(t, f.trusting(t, live, ada), "a sandbox verifies nobody")
}

func laterSessionsUseTheGrantOfTheFirst(t *testing.T, f *fixture) {
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	first, g := f.granted(t, f.foreign, ada)

	second, same := f.granted(t, f.foreign, ada)

	require.Equal(t, g, same)
	require.Equal(t, first.Session.CredentialID, second.Session.CredentialID)
	require.Nil(t, second.Mail)
	require.NotContains(t, typesOf(f.eventsOf(t, second.Session)), models.EventTrustGrantCreated)
}

func concurrentSessionsMakeOneGrant(t *testing.T, f *fixture) {
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	replicas := []*store.Store{f.Store, f.replica(t)}
	ids := make([]string, 8)
	var callers sync.WaitGroup
	for i := range ids {
		n := f.trusting(t, f.foreign, ada)
		callers.Go(func() {
			created, err := replicas[i%2].CreateSession(t.Context(), n)
			if err != nil {
				t.Errorf("create: %v", err)
				return
			}
			ids[i] = *created.Session.TrustGrantID
		})
	}
	callers.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM trust_grants"))
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM mails"))
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM credentials WHERE source_id IS NOT NULL"))
}

func consentIsGivenOnceAndAtMostTenTimes(t *testing.T, f *fixture) {
	session, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	require.NoError(t, f.ShareCredential(t.Context(), session), "a repeat changes nothing")
	given, found, err := f.Sharing(t.Context(), f.org, c.ID)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, models.TrustConsent{
		ID: given.ID, OrgID: f.org, PersonID: c.PersonID, CredentialID: c.ID, SessionID: session.ID, Created: f.Now(),
	}, given)
	_, found, err = f.Sharing(t.Context(), f.foreign, c.ID)
	require.NoError(t, err)
	require.False(t, found)

	for range 9 {
		ended, err := f.UnshareCredential(t.Context(), session)
		require.NoError(t, err)
		require.Empty(t, ended, "no grant rests on it")
		require.NoError(t, f.ShareCredential(t.Context(), session))
	}
	_, err = f.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	require.ErrorIs(t, f.ShareCredential(t.Context(), session), store.ErrRefused)
	_, err = f.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, 10, strings.Count(strings.Join(f.audited(t, f.org, c.ID), " "), "consent.give"))
	require.Equal(t, 10, strings.Count(strings.Join(f.audited(t, f.org, c.ID), " "), "consent.revoke"))
}

func onlyAnOwnVerificationWithAnAddressCanBeShared(t *testing.T, f *fixture) {
	nameless, _ := f.verify(t, f.newSession(t), rules.MethodMDL)
	require.ErrorIs(t, f.ShareCredential(t.Context(), nameless), store.ErrNothingToShare)
	require.ErrorIs(t, f.ShareCredential(t.Context(), f.session(t)), store.ErrNothingToShare)

	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	there, _ := f.granted(t, f.foreign, ada)
	require.ErrorIs(t, f.ShareCredential(t.Context(), there.Session), store.ErrNothingToShare, "a copy")

	expired, _ := f.verify(t, f.person(t, f.org, "eve@person.example", ""), rules.MethodMDL)
	f.clock.Advance(366 * day)
	require.ErrorIs(t, f.ShareCredential(t.Context(), expired), store.ErrNothingToShare)
}

func revokedGrantEndsItsCredentialAndBlocksThePerson(t *testing.T, f *fixture) {
	f.endpointOf(t, f.foreign, models.EventTrustGrantRevoked)
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	created, g := f.granted(t, f.foreign, ada)
	_, err := f.RevokeGrant(t.Context(), f.org, g.ID, actor, models.TrustTargetRevoked)
	requireCode(t, models.CodeResourceMissing, err)
	f.clock.Advance(time.Minute)

	done, err := f.RevokeGrant(t.Context(), f.foreign, g.ID, actor, models.TrustTargetRevoked)

	require.NoError(t, err)
	require.Equal(t, []any{ptr(f.Now()), ptr(models.TrustTargetRevoked)},
		[]any{done.Grant.RevokedAt, done.Grant.RevokedReason})
	copied := f.credential(t, created.Session)
	require.Equal(t, ptr(models.RevokedWithGrant), copied.RevokedReason)
	require.Equal(t, models.StatusVerified, f.reread(t, created.Session).Status, "the session is a fact of the past")
	events := f.eventsOf(t, created.Session)
	last := events[len(events)-1]
	require.Equal(t, models.EventTrustGrantRevoked, last.Type)
	require.Contains(t, last.Data, `"revoked_reason":"TARGET_OPERATOR_REVOKED"`)
	require.Equal(t, []models.EventRef{{OrgID: f.foreign, EventID: last.ID}}, done.Events)
	require.Equal(t, []string{"trust_reuse_grant.revoke", "trust_reuse_grant.create"}, f.audited(t, f.foreign, g.ID))

	f.clock.Advance(time.Minute)
	repeated, err := f.RevokeGrant(t.Context(), f.foreign, g.ID, "user", models.TrustUserRevoked)
	require.NoError(t, err)
	require.Equal(t, store.Revoked{Grant: done.Grant}, repeated)
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "the person is blocked")
	f.share(t, f.org, ada, rules.MethodMDL)
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "for another verification too")
	f.granted(t, f.organization(t), ada) // and for this organization alone
}

// shareWith shares Ada's verification with new organizations, and returns their grants.
func (f *fixture) shareWith(t *testing.T, organizations int) []models.TrustGrant {
	t.Helper()
	var grants []models.TrustGrant
	for range organizations {
		_, g := f.granted(t, f.organization(t), ada)
		grants = append(grants, g)
	}
	return grants
}

// revokeAll carries the revocation of a consent's grants out, and returns the number of batches.
func (f *fixture) revokeAll(t *testing.T, consent models.TrustConsent, limit int) (batches int) {
	t.Helper()
	for {
		batches++
		batch, err := f.Across().RevokeGrants(t.Context(), consent.Ref(), limit)
		require.NoError(t, err)
		if batch.Done {
			return batches
		}
	}
}

func endedSharingRevokesItsGrantsInBatches(t *testing.T, f *fixture) {
	session, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	grants := f.shareWith(t, 5)
	consent, _, err := f.Sharing(t.Context(), f.org, c.ID)
	require.NoError(t, err)
	batch, err := f.Across().RevokeGrants(t.Context(), consent.Ref(), 2)
	require.NoError(t, err)
	require.Equal(t, models.GrantsRevoked{Done: true}, batch.GrantsRevoked, "a consent that is given keeps its grants")

	f.clock.Advance(time.Second)

	ended, err := f.Across().EndSharing(t.Context(), grants[3].ID)
	require.NoError(t, err)
	require.Equal(t, []string{consent.ID}, []string{ended[0].ID})
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "the consent has ended before its grants")
	again, err := f.Across().EndSharing(t.Context(), grants[0].ID)
	require.NoError(t, err)
	require.Empty(t, again, "a repeat changes nothing")

	require.Equal(t, 3, f.revokeAll(t, ended[0], 2))
	for _, g := range grants {
		now := f.grant(t, g)
		require.Equal(t, ptr(models.TrustUserRevokedConsent), now.RevokedReason)
		require.Equal(t, []models.EventType{models.EventTrustGrantRevoked, models.EventTrustConsentRevoked},
			typesOf(f.eventsOf(t, models.Session{OrgID: g.OrgID, ID: g.SessionID}))[3:])
		copied, err := f.Credential(t.Context(), g.OrgID, *g.CopyID)
		require.NoError(t, err)
		require.False(t, copied.ValidAt(f.clock.Now()))
	}
	require.Equal(t, 0, f.count(t, "SELECT COUNT(*) FROM trust_consents WHERE due_at IS NOT NULL"))
	require.Equal(t, 1, f.revokeAll(t, ended[0], 2), "nothing is left")

	require.NoError(t, f.ShareCredential(t.Context(), session))
	f.granted(t, grants[0].OrgID, ada) // ended sharing blocks nobody: the user shares again
}

func lostRevocationsAreClaimedOnce(t *testing.T, f *fixture) {
	session, _ := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	f.shareWith(t, 1)
	ended, err := f.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	require.Len(t, ended, 1)
	lost := func() int {
		rows, err := f.Across().LostConsents(t.Context(), f.clock.Now(), 10)
		require.NoError(t, err)
		return len(rows)
	}
	require.Zero(t, lost(), "its run has begun a moment ago")
	f.clock.Advance(time.Second)
	require.Equal(t, 1, lost())
	require.Zero(t, lost(), "another replica has it")
	f.clock.Advance(time.Second)
	require.Equal(t, 1, lost())
	f.revokeAll(t, ended[0], 10)
	f.clock.Advance(time.Hour)
	require.Zero(t, lost())
}

func newConsentOutlivesTheRunOfAnEndedOne(t *testing.T, f *fixture) {
	session, _ := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	old := f.shareWith(t, 1)[0]
	ended, err := f.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	require.NoError(t, f.ShareCredential(t.Context(), session))
	_, fresh := f.granted(t, f.organization(t), ada)

	f.revokeAll(t, ended[0], 10)

	require.NotNil(t, f.grant(t, old).RevokedAt)
	require.Nil(t, f.grant(t, fresh).RevokedAt)
	again, err := f.Across().EndSharing(t.Context(), old.ID)
	require.NoError(t, err)
	require.Empty(t, again, "the link of the old mail does not end the new consent")
}

func thousandsOfGrantsEndWhileSessionsGoOn(t *testing.T, f *fixture) {
	session, c := f.share(t, f.foreign, ada, rules.MethodDocumentCapture)
	created, _ := f.granted(t, f.org, ada)
	const organizations = 1_999
	f.copyRows(t, "trust_grants", organizations, map[string]string{
		"org_id": "org_id || '_' || i", "copy_id": "copy_id || '_' || i",
	})
	f.copyRows(t, "credentials", organizations, map[string]string{"org_id": "org_id || '_' || i"})
	require.Equal(t, organizations+1, f.count(t, "SELECT COUNT(*) FROM trust_grants AS g JOIN credentials AS c"+
		" ON c.id = g.copy_id AND c.org_id = g.org_id WHERE g.revoked_at IS NULL AND c.revoked_at IS NULL"))
	done := f.reject(t, session)
	require.Len(t, done.Aftermath.Ended, 1)

	other := f.replica(t)
	revoked := make(chan int)
	go func() { revoked <- f.revokeAll(t, done.Aftermath.Ended[0], 100) }()
	sessions, batches := 0, 0
	for ; batches == 0; sessions++ {
		_, err := other.CreateSession(t.Context(), f.trusting(t, f.org, ada))
		require.NoError(t, err)
		select {
		case batches = <-revoked:
		default:
		}
	}

	require.Equal(t, organizations/100+2, batches)
	require.Greater(t, sessions, batches/4, "others write between the batches")
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM trust_grants WHERE revoked_at IS NULL"))
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM credentials WHERE source_id = '"+c.ID+"' AND revoked_at IS NULL"))
	require.Equal(t, organizations+1,
		f.count(t, "SELECT COUNT(*) FROM events WHERE type = 'trust_reuse_grant.revoked'"))
	require.Equal(t, organizations+1,
		f.count(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'trust_reuse_grant.revoke'"))
	require.Equal(t, models.StatusVerified, f.reread(t, created.Session).Status)
}

// rejection has the verified session reviewed, and returns the decision that rejects it.
func (f *fixture) rejection(t *testing.T, session models.Session) store.Decided {
	t.Helper()
	flag := move(session, "flag", models.StatusVerified)
	flag.From = []models.SessionStatus{models.StatusVerified}
	flag.Set = map[string]any{"review_status": models.ReviewPending, "review_flagged_at": f.Now()}
	return decided(f.changed(t, flag).Session, graph.Reject, models.StatusVerified)
}

// reject has the verified session reviewed and rejected.
func (f *fixture) reject(t *testing.T, session models.Session) store.Changed {
	t.Helper()
	done, err := f.DecideReview(t.Context(), f.rejection(t, session))
	require.NoError(t, err)
	return done
}

func revokedVerificationRevokesItsGrants(t *testing.T, f *fixture) {
	session, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	grants := f.shareWith(t, 2)

	done := f.reject(t, session)

	require.Len(t, done.Aftermath.Ended, 1)
	for _, g := range grants {
		copied, err := f.Credential(t.Context(), g.OrgID, *g.CopyID)
		require.NoError(t, err)
		require.False(t, copied.ValidAt(f.clock.Now()), "at once")
	}
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "at once")
	f.revokeAll(t, done.Aftermath.Ended[0], 10)
	for _, g := range grants {
		require.Equal(t, ptr(models.TrustSourceRevoked), f.grant(t, g).RevokedReason)
	}
	require.ErrorIs(t, f.ShareCredential(t.Context(), f.reread(t, session)), store.ErrNothingToShare)
	require.Contains(t, f.audited(t, f.org, c.ID), "trust_reuse_consent.revoke")
}

func erasedPersonLeavesNoVerification(t *testing.T, f *fixture) {
	n := f.person(t, f.org, ada, "+14155550123")
	n.Session.Compliance = models.AsJSON(models.ComplianceResult{DataRetentionDays: ptr(30)})
	session, c := f.verify(t, n, rules.MethodDocumentCapture)
	require.NotNil(t, f.reread(t, session).EmailSealed, "its rule keeps the contacts")
	require.NoError(t, f.ShareCredential(t.Context(), session))
	g := f.shareWith(t, 1)[0]
	none, err := f.Across().ErasePerson(t.Context(), store.Erasure{Email: ada})
	require.NoError(t, err)
	require.Equal(t, store.Erased{}, none, "the live person of the address is another one")

	done, err := f.Across().ErasePerson(t.Context(), store.Erasure{Phone: "+14155550123", Sandbox: true})

	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 1}, []int{done.Persons, done.Credentials, len(done.Ended)})
	require.Nil(t, f.reread(t, session).EmailSealed)
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "nothing is shared")
	require.Contains(t, f.audited(t, f.org, c.PersonID), "verified_person.erase")
	f.revokeAll(t, done.Ended[0], 10)
	require.Equal(t, ptr(models.TrustErasure), f.grant(t, g).RevokedReason)
	again, err := f.Across().ErasePerson(t.Context(), store.Erasure{PersonID: c.PersonID})
	require.NoError(t, err)
	require.Zero(t, again.Credentials)

	f.clock.Advance(time.Second)
	deleted, err := f.Across().DeleteExpiredCredentials(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 2, deleted)
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM person_anchors"))
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM verified_persons"))
	_, fresh := f.verify(t, f.person(t, f.org, ada, ""), rules.MethodDocumentCapture)
	require.NotEqual(t, c.PersonID, fresh.PersonID, "the next verification makes a new person")
}

func surplusVerificationIsSharedNoMore(t *testing.T, f *fixture) {
	_, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	f.shareWith(t, 1)
	for range store.MostSuperseded + 1 {
		f.clock.Advance(time.Second)
		f.verify(t, f.person(t, f.org, ada, ""), rules.MethodDocumentCapture)
	}
	now, err := f.Credential(t.Context(), f.org, c.ID)
	require.NoError(t, err)
	require.Equal(t, ptr(models.RevokedAsSurplus), now.RevokedReason)
	f.clock.Advance(time.Second)
	lost, err := f.Across().LostConsents(t.Context(), f.clock.Now(), 10)
	require.NoError(t, err)
	require.Len(t, lost, 1, "its grants are revoked")
}

func reviewThatRejectsAGrantedSessionRevokesTheGrant(t *testing.T, f *fixture) {
	f.endpointOf(t, f.foreign, models.EventTrustGrantRevoked)
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	created, g := f.granted(t, f.foreign, ada)

	done := f.reject(t, created.Session)

	require.Equal(t, ptr(models.TrustTargetRevoked), f.grant(t, g).RevokedReason)
	require.Len(t, done.Aftermath.Events, 1)
	f.requireOrdinary(t, f.trusting(t, f.foreign, ada), "the organization does not trust this person")
}

func noGrantSurvivesARevocationThatRacesWithIt(t *testing.T, f *fixture) {
	session, _ := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	replicas := []*store.Store{f.Store, f.replica(t)}
	var callers sync.WaitGroup
	for i := range 6 {
		n := f.trusting(t, f.organization(t), ada)
		callers.Go(func() {
			if _, err := replicas[i%2].CreateSession(t.Context(), n); err != nil {
				t.Errorf("create: %v", err)
			}
		})
	}
	var ended []models.TrustConsent
	callers.Go(func() {
		var err error
		if ended, err = f.UnshareCredential(t.Context(), session); err != nil {
			t.Errorf("withdraw: %v", err)
		}
	})
	callers.Wait()
	for _, consent := range ended {
		f.revokeAll(t, consent, 2)
	}
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM trust_grants WHERE revoked_at IS NULL"))
	require.Zero(t, f.count(t,
		"SELECT COUNT(*) FROM credentials WHERE source_id IS NOT NULL AND revoked_at IS NULL"))
}

func grantsAreListedByStatusPersonAndSession(t *testing.T, f *fixture) {
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	f.share(t, f.org, "eve@person.example", rules.MethodDocumentCapture)
	_, first := f.granted(t, f.foreign, ada)
	f.clock.Advance(time.Second)
	_, second := f.granted(t, f.foreign, "eve@person.example")
	_, err := f.RevokeGrant(t.Context(), f.foreign, first.ID, actor, models.TrustTargetRevoked)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		filter store.GrantFilter
		want   []string
	}{
		"all":        {store.GrantFilter{}, []string{second.ID, first.ID}},
		"active":     {store.GrantFilter{Status: store.GrantsActive}, []string{second.ID}},
		"revoked":    {store.GrantFilter{Status: store.GrantsRevoked}, []string{first.ID}},
		"a person":   {store.GrantFilter{Person: first.PersonID}, []string{first.ID}},
		"a session":  {store.GrantFilter{SessionID: second.SessionID}, []string{second.ID}},
		"both":       {store.GrantFilter{Person: first.PersonID, SessionID: second.SessionID}, nil},
		"one time":   {store.GrantFilter{Created: store.Window{From: &second.Created}}, []string{second.ID}},
		"a stranger": {store.GrantFilter{Person: "vp_a"}, nil},
	} {
		rows, more, err := f.TrustGrants(t.Context(), f.foreign, c.filter, store.Page{Limit: 10})
		require.NoError(t, err, name)
		require.False(t, more, name)
		var ids []string
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		require.Equal(t, c.want, ids, name)
	}
	rows, _, err := f.TrustGrants(t.Context(), f.org, store.GrantFilter{}, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, rows, "the organization that verified learns nothing")
}

func linkOfAMailWorksForItsGrantAndScope(t *testing.T, f *fixture) {
	f.share(t, f.org, ada, rules.MethodDocumentCapture)
	_, g := f.granted(t, f.foreign, ada)
	one, all := store.TrustLink{GrantID: g.ID}, store.TrustLink{GrantID: g.ID, All: true}
	for _, link := range []store.TrustLink{one, all} {
		token := f.SignTrustLink(link)
		read, signed := f.ReadTrustLink(token)
		require.True(t, signed)
		require.Equal(t, link, read)
		for _, forged := range []string{
			"", "..", token + "x", token[:len(token)-1], strings.Replace(token, ".one.", ".all.", 1) + "",
			strings.Replace(token, g.ID, "trg_aaaaaaaaaaaaaaaaaaaaaaaa", 1), g.ID + ".one.", g.ID + ".two." + token,
		} {
			if forged == token {
				continue
			}
			_, signed := f.ReadTrustLink(forged)
			require.False(t, signed, forged)
		}
		linked, err := f.Across().LinkedGrant(t.Context(), link)
		require.NoError(t, err)
		require.Equal(t, store.LinkedGrant{TrustGrant: g, Open: true}, linked)
	}
	_, err := f.RevokeGrant(t.Context(), f.foreign, g.ID, store.ActorUser, models.TrustUserRevoked)
	require.NoError(t, err)
	used, err := f.Across().LinkedGrant(t.Context(), one)
	require.NoError(t, err)
	require.False(t, used.Open)
	still, err := f.Across().LinkedGrant(t.Context(), all)
	require.NoError(t, err)
	require.True(t, still.Open, "the user may still end all sharing")
	_, err = f.Across().EndSharing(t.Context(), g.ID)
	require.NoError(t, err)
	still, err = f.Across().LinkedGrant(t.Context(), all)
	require.NoError(t, err)
	require.False(t, still.Open)
}

func switchOnOfThePolicyNeedsAnAcknowledgement(t *testing.T, f *fixture) {
	on, off := ptr(true), ptr(false)
	change := func(c store.TrustPolicyChange) (models.TrustPolicy, error) {
		org, err := f.ChangeTrustPolicy(t.Context(), f.org, actor, c)
		return org.Trust, err
	}
	_, err := change(store.TrustPolicyChange{Accept: on})
	requireCode(t, models.CodeParameterInvalid, err)
	policy, err := change(store.TrustPolicyChange{
		Accept: on, Acknowledged: true, MaxAgeDays: ptr(30), SameJurisdiction: off,
		Methods: &[]rules.Method{rules.MethodMDL},
	})
	require.NoError(t, err)
	require.Equal(t, models.TrustPolicy{
		Accept: true, MaxAgeDays: 30, Methods: models.AsJSON([]rules.Method{rules.MethodMDL}), AcknowledgedAt: ptr(f.Now()),
	}, policy)
	f.clock.Advance(time.Hour)
	same, err := change(store.TrustPolicyChange{Accept: on})
	require.NoError(t, err, "it is on already")
	require.Equal(t, policy, same)
	off2, err := change(store.TrustPolicyChange{Accept: off})
	require.NoError(t, err)
	require.Equal(t, policy.AcknowledgedAt, off2.AcknowledgedAt)
	_, err = change(store.TrustPolicyChange{Accept: on})
	requireCode(t, models.CodeParameterInvalid, err)
	org, err := f.Organization(t.Context(), f.foreign)
	require.NoError(t, err)
	require.Equal(t, models.TrustPolicy{SameJurisdiction: true, Methods: models.AsJSON([]rules.Method{})}, org.Trust)
	require.Len(t, f.audited(t, f.org, f.org), 3, "created, on and off")
}
