package store_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var personScenarios = []scenario{
	verifiedSessionHasAPersonAndACredential,
	everyWayToVerifiedWritesACredential,
	credentialExpiresByTheRule,
	credentialIsNamedAfterTheStrongestMethodOfThePath,
	refusedChangeLeavesNoCredential,
	concurrentFirstVerificationsMakeOnePerson,
	oneEmailIsOnePersonInAllOrganizations,
	sandboxPersonsAreNotLivePersons,
	sessionsWithoutContactsShareNoPerson,
	recycledPhoneNumberJoinsNobody,
	documentFindsItsPersonAgain,
	documentOfAnEarlierMethodFindsThePerson,
	documentOfAFailedVerdictIsNoAnchor,
	concurrentDocumentsMakeOnePerson,
	strongerCredentialReplacesTheWeaker,
	supersededCredentialsOfAPersonAreBounded,
	nothingOfAPersonCanBeReadBack,
	rejectedReviewRevokesTheCredentialAndItsCopies,
	reuseKeepsTheCredentialOfTheOrganization,
	reuseCopiesTheCredentialOfAnotherOrganization,
	reuseOfALapsedCredentialChangesNothing,
	credentialsAreFoundByContact,
	expiredCredentialsGoWithTheirPersons,
	expiredCredentialStaysExpired,
	presentedCredentialComesFirst,
	bornReusedSessionNeedsItsCredential,
	sweepKeepsThePersonOfAVerificationUnderWay,
}

// person is a session to create, of a user with these contacts.
func (f *fixture) person(t *testing.T, org, email, phone string) store.NewSession {
	t.Helper()
	n := f.newSession(t)
	n.Session.OrgID, n.Email, n.Phone = org, email, phone
	return n
}

// verify creates the session and verifies it by the methods.
func (f *fixture) verify(t *testing.T, n store.NewSession, passed ...rules.Method) (models.Session, models.Credential) {
	t.Helper()
	session, err := f.tryVerify(t.Context(), n, passed...)
	require.NoError(t, err)
	return session, f.credential(t, session)
}

func (f *fixture) tryVerify(ctx context.Context, n store.NewSession, passed ...rules.Method) (models.Session, error) {
	created, err := f.CreateSession(ctx, n)
	if err != nil {
		return created.Session, err
	}
	c := move(created.Session, "verdict", models.StatusVerified)
	c.Set = map[string]any{"graph_state": models.AsJSON(graph.State{Outcome: graph.OutcomeVerified, Methods: passed})}
	done, err := f.Change(ctx, c)
	return done.Session, err
}

// credential is the one that verified the session.
func (f *fixture) credential(t *testing.T, session models.Session) models.Credential {
	t.Helper()
	require.NotNil(t, session.CredentialID)
	c, err := f.Credential(t.Context(), session.OrgID, *session.CredentialID)
	require.NoError(t, err)
	return c
}

// live is an organization that is no sandbox.
func (f *fixture) live(t *testing.T) string {
	t.Helper()
	org, err := f.Across().CreateOrganization(t.Context(), models.Organization{Name: "Wine & Co"})
	require.NoError(t, err)
	return org.ID
}

func verifiedSessionHasAPersonAndACredential(t *testing.T, f *fixture) {
	session, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodSelfAttestation,
		rules.MethodDocumentCapture)
	require.Equal(t, session.VerifiedPersonID, &c.PersonID)
	require.True(t, models.PrefixPerson.Names(c.PersonID), c.PersonID)
	require.True(t, models.PrefixCredential.Names(c.ID), c.ID)
	require.Equal(t, models.Credential{
		ID: c.ID, OrgID: f.org, PersonID: c.PersonID, SessionID: session.ID, Hash: models.HashCredential(c.ID),
		EmailHash: ptr(f.EmailHash(f.org, "ada@person.example")),
		Method:    rules.MethodDocumentCapture, Strength: rules.StrengthDocumentCapture, StrengthRank: 5,
		Methods: models.AsJSON([]rules.Method{rules.MethodSelfAttestation, rules.MethodDocumentCapture}),
		AgeTier: rules.MinAge(21), AgeYears: 21, Jurisdiction: "US-CA",
		VerifiedAt: session.Updated, ExpiresAt: models.At(session.Updated.Add(365 * day)),
	}, c)
	_, err := f.Credential(t.Context(), f.foreign, c.ID)
	requireCode(t, models.CodeResourceMissing, err)
	found, err := f.CredentialByHash(t.Context(), f.org, c.Hash)
	require.NoError(t, err)
	require.Equal(t, c, found)
	_, err = f.CredentialByHash(t.Context(), f.foreign, c.Hash)
	requireCode(t, models.CodeResourceMissing, err)
}

func everyWayToVerifiedWritesACredential(t *testing.T, f *fixture) {
	n := f.reachable(t, f.org, nil)
	n.Verified = true
	skipped := f.created(t, n)
	require.Equal(t, rules.MethodDocumentCapture, f.credential(t, skipped).Method, "the strongest of the workflow")

	verdict := ends["verified"](t, f, f.reachable(t, f.org, nil))
	require.Equal(t, rules.MethodSelfAttestation, f.credential(t, verdict).Method, "nothing is known to have passed")

	waiting := f.flagged(t)
	approved, err := f.DecideReview(t.Context(), decided(waiting, graph.Approve, models.StatusVerified))
	require.NoError(t, err)
	c := f.credential(t, approved.Session)
	require.Equal(t, rules.MethodSelfAttestation, c.Method, "a reviewer's reasons are known to nobody else")
	require.Empty(t, c.Methods.V)
}

func credentialExpiresByTheRule(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.Compliance = models.AsJSON(models.ComplianceResult{UseCase: "gambling_online", CredentialValidityDays: 30})
	_, c := f.verify(t, n, rules.MethodMDL)
	require.Equal(t, models.At(c.VerifiedAt.Add(30*day)), c.ExpiresAt)
}

func credentialIsNamedAfterTheStrongestMethodOfThePath(t *testing.T, f *fixture) {
	_, face := f.verify(t, f.newSession(t), rules.MethodFacialAge, rules.MethodSelfieLiveness)
	require.Equal(t, rules.MethodFacialAge, face.Method, "liveness proves no age")
	_, selfie := f.verify(t, f.newSession(t), rules.MethodSelfieMatch)
	require.Equal(t, rules.StrengthDocumentCapture, selfie.Strength)
}

// The session, its person and its credential are one transaction: a process that dies between them leaves nothing.
func refusedChangeLeavesNoCredential(t *testing.T, f *fixture) {
	session := f.created(t, f.person(t, f.org, "ada@person.example", "+15555550123"))
	c := move(session, "verdict", models.StatusVerified)
	c.Also = func(*gorm.DB, models.Session) error { return errLater }
	_, err := f.Change(t.Context(), c)
	require.ErrorIs(t, err, errLater)
	for _, table := range []string{"credentials", "verified_persons", "person_anchors"} {
		require.Zero(t, f.count(t, "SELECT COUNT(*) FROM "+table), table)
	}
	require.Nil(t, f.reread(t, session).VerifiedPersonID)
	c.Also = nil
	f.changed(t, c)
	require.True(t, f.changed(t, c).Repeated)
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM credentials"))
}

func concurrentFirstVerificationsMakeOnePerson(t *testing.T, f *fixture) {
	replicas := []*store.Store{f.Store, f.replica(t)}
	var sessions []models.Session
	for i := range 12 {
		org := []string{f.org, f.foreign}[i%2]
		sessions = append(sessions, f.created(t, f.person(t, org, "ada@person.example", "+15555550123")))
	}
	verified := allOf(t, race(len(sessions), func(i int) (store.Changed, error) {
		return replicas[i/2%2].Change(t.Context(), move(sessions[i], "verdict", models.StatusVerified))
	}))
	for _, v := range verified {
		require.Equal(t, verified[0].Session.VerifiedPersonID, v.Session.VerifiedPersonID)
	}
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM verified_persons"))
	require.Equal(t, 2, f.count(t, "SELECT COUNT(*) FROM person_anchors"))
	require.Equal(t, 12, f.count(t, "SELECT COUNT(*) FROM credentials"))
	require.Equal(t, 2, f.count(t, "SELECT COUNT(*) FROM credentials WHERE superseded_at IS NULL"),
		"one current credential in each organization")
}

func oneEmailIsOnePersonInAllOrganizations(t *testing.T, f *fixture) {
	_, here := f.verify(t, f.person(t, f.org, "ada@person.example", ""))
	_, there := f.verify(t, f.person(t, f.foreign, "ada@person.example", ""))
	require.Equal(t, here.PersonID, there.PersonID)
	require.NotEqual(t, here.EmailHash, there.EmailHash, "the hash in a token is not the same in two organizations")
	_, other := f.verify(t, f.person(t, f.org, "bob@person.example", ""))
	require.NotEqual(t, here.PersonID, other.PersonID)
}

func sandboxPersonsAreNotLivePersons(t *testing.T, f *fixture) {
	_, sandbox := f.verify(t, f.person(t, f.org, "ada@person.example", ""))
	live := f.live(t)
	_, genuine := f.verify(t, f.person(t, live, "ada@person.example", ""))
	require.NotEqual(t, sandbox.PersonID, genuine.PersonID)
	found, err := f.Across().CredentialsByContact(t.Context(), store.PersonQuery{
		Org: models.Organization{ID: live}, Network: true, Email: "ada@person.example",
	})
	require.NoError(t, err)
	require.Equal(t, []models.Credential{genuine}, found)
}

func sessionsWithoutContactsShareNoPerson(t *testing.T, f *fixture) {
	_, one := f.verify(t, f.newSession(t))
	_, two := f.verify(t, f.newSession(t))
	require.NotEqual(t, one.PersonID, two.PersonID)
	require.Nil(t, one.EmailHash)
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM person_anchors"))
}

func recycledPhoneNumberJoinsNobody(t *testing.T, f *fixture) {
	const phone = "+15555550123"
	_, ada := f.verify(t, f.person(t, f.org, "ada@person.example", phone))
	_, bob := f.verify(t, f.person(t, f.org, "bob@person.example", phone))
	require.NotEqual(t, ada.PersonID, bob.PersonID)
	_, byPhone := f.verify(t, f.person(t, f.org, "", phone))
	require.Equal(t, ada.PersonID, byPhone.PersonID, "the number stays with the person who had it first")
	_, again := f.verify(t, f.person(t, f.org, "bob@person.example", ""))
	require.Equal(t, bob.PersonID, again.PersonID)
}

// shown verifies a session by a method that has seen a document.
func (f *fixture) shown(t *testing.T, n store.NewSession, document string) models.Credential {
	t.Helper()
	sent, session := f.submitted(t, f.created(t, n), "document", "{}")
	j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
	j.Document = document
	return f.credential(t, f.judged(t, j).Session)
}

const documentOfAda = "document_capture|US|D1234567"

func documentFindsItsPersonAgain(t *testing.T, f *fixture) {
	const email, phone = "ada@person.example", "+15555550123"
	ada := f.shown(t, f.person(t, f.org, email, ""), documentOfAda)
	nobody := f.shown(t, f.person(t, f.org, "", ""), documentOfAda)
	require.Equal(t, ada.PersonID, nobody.PersonID, "a session without contacts")
	moved := f.shown(t, f.person(t, f.foreign, "ada@new.example", phone), documentOfAda)
	require.Equal(t, ada.PersonID, moved.PersonID, "a new address")
	_, later := f.verify(t, f.person(t, f.org, "ada@new.example", ""))
	require.Equal(t, ada.PersonID, later.PersonID, "the address has become that of the person")
	_, called := f.verify(t, f.person(t, f.org, "", phone))
	require.Equal(t, ada.PersonID, called.PersonID, "and so has the number")

	_, bob := f.verify(t, f.person(t, f.org, "bob@person.example", ""))
	lent := f.shown(t, f.person(t, f.org, "bob@person.example", ""), documentOfAda)
	require.Equal(t, bob.PersonID, lent.PersonID, "a known address decides, so that its user is found again")
	require.NotEqual(t, ada.PersonID, f.shown(t, f.person(t, f.org, "", ""), "document_capture|US|D7654321").PersonID)

	stored := f.dump(t)
	require.NotContains(t, stored, "D1234567")
	var hash string
	require.NoError(t, f.raw().QueryRowContext(t.Context(),
		"SELECT hash FROM person_anchors WHERE kind = 'document' AND person_id = '"+ada.PersonID+"'").Scan(&hash))
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM results WHERE document_hash = '"+hash+"'"),
		"no hash of another table is the anchor")
	require.Equal(t, 5, f.count(t, "SELECT COUNT(*) FROM results WHERE document_hash IS NOT NULL"))
}

func documentOfAnEarlierMethodFindsThePerson(t *testing.T, f *fixture) {
	ada := f.shown(t, f.person(t, f.org, "", ""), documentOfAda)
	first, session := f.submitted(t, f.created(t, f.person(t, f.org, "", "")), "document", "{}")
	j := judgement(session, first, graph.OutcomePassed, models.StatusProcessing)
	j.Document, j.State.Methods = documentOfAda, []rules.Method{rules.MethodDocumentCapture}
	second, session := f.submitted(t, f.judged(t, j).Session, "selfie", "{}")
	done := f.judged(t, judgement(session, second, graph.OutcomePassed, models.StatusVerified))
	require.Equal(t, ada.PersonID, f.credential(t, done.Session).PersonID)
}

func documentOfAFailedVerdictIsNoAnchor(t *testing.T, f *fixture) {
	sent, session := f.submitted(t, f.created(t, f.person(t, f.org, "", "")), "document", "{}")
	j := judgement(session, sent, graph.OutcomeFailed, models.StatusVerified)
	j.Document = documentOfAda
	f.judged(t, j)
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM person_anchors"))
	require.Zero(t, f.count(t, "SELECT COUNT(*) FROM results WHERE document_hash IS NOT NULL"))
}

func concurrentDocumentsMakeOnePerson(t *testing.T, f *fixture) {
	const clients = 8
	persons := make([]string, clients)
	var all sync.WaitGroup
	for i := range clients {
		sent, session := f.submitted(t, f.created(t, f.person(t, f.org, "", "")), "document", "{}")
		j := judgement(session, sent, graph.OutcomePassed, models.StatusVerified)
		j.Document = documentOfAda
		all.Go(func() {
			if done, err := f.RecordVerdict(t.Context(), j); assert.NoError(t, err) {
				persons[i] = *done.Session.VerifiedPersonID
			}
		})
	}
	all.Wait()
	require.Equal(t, slices.Repeat(persons[:1], clients), persons)
}

func strongerCredentialReplacesTheWeaker(t *testing.T, f *fixture) {
	n := f.person(t, f.org, "ada@person.example", "")
	verify := func(org string, tier int, m rules.Method) models.Credential {
		f.clock.Advance(time.Minute)
		n.Session.OrgID, n.Session.AgeTier = org, rules.MinAge(tier)
		_, c := f.verify(t, n, m)
		return c
	}
	current := func() (ids []string) {
		rows, err := f.OwnCredentials(t.Context(), f.org, verify(f.foreign, 13, rules.MethodMID).PersonID)
		require.NoError(t, err)
		for _, row := range rows {
			if row.SupersededAt == nil {
				ids = append(ids, row.ID)
			}
		}
		return ids
	}
	declared := verify(f.org, 18, rules.MethodSelfAttestation)
	require.Equal(t, []string{declared.ID}, current())
	document := verify(f.org, 18, rules.MethodDocumentCapture)
	require.Equal(t, []string{document.ID}, current(), "the stronger replaces the weaker")
	newer := verify(f.org, 18, rules.MethodDocumentCapture)
	require.Equal(t, []string{newer.ID}, current(), "of equal strength the newer stays")
	weaker := verify(f.org, 18, rules.MethodFacialAge)
	require.Equal(t, []string{newer.ID, weaker.ID}, current(), "a weaker one replaces nothing")
	selfie := verify(f.org, 18, rules.MethodSelfieMatch)
	require.ElementsMatch(t, []string{newer.ID, selfie.ID}, current(), "a selfie replaces no document")
	lower := verify(f.org, 16, rules.MethodMDL)
	require.ElementsMatch(t, []string{lower.ID, newer.ID, selfie.ID}, current(), "a lower tier proves less")
	highest := verify(f.org, 21, rules.MethodMDL)
	require.Equal(t, []string{highest.ID}, current())
}

func nothingOfAPersonCanBeReadBack(t *testing.T, f *fixture) {
	n := f.person(t, f.org, "ada@person.example", "+15555550123")
	created := f.created(t, n)
	f.changed(t, move(created, "verdict", models.StatusVerified))
	rows, err := f.raw().QueryContext(t.Context(), "SELECT kind, hash FROM person_anchors ORDER BY kind")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	kinds := []string{}
	for rows.Next() {
		var kind, hash string
		require.NoError(t, rows.Scan(&kind, &hash))
		kinds = append(kinds, kind)
		require.Len(t, hash, 64)
		require.NotContains(t, []string{*created.EmailLookup, *created.PhoneLookup, f.EmailHash(f.org, n.Email)}, hash,
			"no hash of another table is the anchor")
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"email", "phone"}, kinds)
	stored := f.dump(t)
	require.NotContains(t, stored, "ada@person")
	require.NotContains(t, strings.ReplaceAll(stored, "\n", " "), "5555550123")
}

func rejectedReviewRevokesTheCredentialAndItsCopies(t *testing.T, f *fixture) {
	session, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	there := f.reuse(t, f.created(t, f.person(t, f.foreign, "ada@person.example", "")), c)
	copied := f.credential(t, there)
	_, other := f.verify(t, f.person(t, f.foreign, "ada@person.example", ""), rules.MethodFacialAge)

	flag := move(session, "flag", models.StatusVerified)
	flag.From = []models.SessionStatus{models.StatusVerified}
	flag.Set = map[string]any{"review_status": models.ReviewPending, "review_flagged_at": f.Now()}
	flagged := f.changed(t, flag).Session
	require.Equal(t, session.CredentialID, flagged.CredentialID, "a review writes no second credential")
	_, err := f.DecideReview(t.Context(), decided(flagged, graph.Reject, models.StatusVerified))
	require.NoError(t, err)

	for _, revoked := range []models.Credential{c, copied} {
		now, err := f.Credential(t.Context(), revoked.OrgID, revoked.ID)
		require.NoError(t, err)
		require.Equal(t, []any{ptr(f.Now()), ptr(models.RevokedByReview)}, []any{now.RevokedAt, now.RevokedReason})
		require.False(t, now.ValidAt(f.clock.Now()))
	}
	kept, err := f.Credential(t.Context(), f.foreign, other.ID)
	require.NoError(t, err)
	require.Nil(t, kept.RevokedAt)
}

// reuse verifies the session by a credential.
func (f *fixture) reuse(t *testing.T, session models.Session, c models.Credential) models.Session {
	t.Helper()
	done, err := f.Reuse(t.Context(), session, store.Reused{Credential: c, Path: store.PathReturningUser},
		models.StatusCreated)
	require.NoError(t, err)
	return done.Session
}

func reuseKeepsTheCredentialOfTheOrganization(t *testing.T, f *fixture) {
	_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	f.clock.Advance(time.Hour)
	waiting := f.created(t, f.person(t, f.org, "ada@person.example", ""))
	session := f.reuse(t, waiting, c)
	require.Equal(t, []any{models.StatusVerified, ptr("returning_user"), &c.PersonID, &c.ID, ptr(f.Now())},
		[]any{session.Status, session.VerificationPath, session.VerifiedPersonID, session.CredentialID, session.NudgeAt})
	require.Equal(t, c, f.credential(t, session), "its age and its end stay")
	require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM credentials"))
	require.Nil(t, session.EmailSealed, "contacts go with the end of the session")
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified},
		typesOf(f.eventsOf(t, session)))

	again, err := f.Reuse(t.Context(), waiting, store.Reused{Credential: c, Path: store.PathReturningUser},
		models.StatusCreated)
	require.NoError(t, err)
	require.True(t, again.Repeated)
}

func reuseCopiesTheCredentialOfAnotherOrganization(t *testing.T, f *fixture) {
	_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	f.clock.Advance(time.Hour)
	n := f.person(t, f.foreign, "ada@person.example", "")
	first := f.reuse(t, f.created(t, n), c)
	copied := f.credential(t, first)
	require.Equal(t, &c.PersonID, first.VerifiedPersonID)
	want := c
	want.ID, want.OrgID, want.SessionID, want.SourceID = copied.ID, f.foreign, first.ID, &c.ID
	want.Hash, want.EmailHash = models.HashCredential(copied.ID), ptr(f.EmailHash(f.foreign, "ada@person.example"))
	require.Equal(t, want, copied, "verified when the source was, and no longer valid than it")
	require.Equal(t, first.CredentialID, f.reuse(t, f.created(t, n), c).CredentialID, "one copy of one source")
}

func reuseOfALapsedCredentialChangesNothing(t *testing.T, f *fixture) {
	session, c := f.verify(t, f.newSession(t), rules.MethodMDL)
	waiting := f.session(t)
	try := func() error {
		_, err := f.Reuse(t.Context(), waiting, store.Reused{Credential: c, Path: store.PathVPToken}, models.StatusCreated)
		return err
	}
	flag := move(session, "flag", models.StatusVerified)
	flag.From = []models.SessionStatus{models.StatusVerified}
	flag.Set = map[string]any{"review_status": models.ReviewPending, "review_flagged_at": f.Now()}
	_, err := f.DecideReview(t.Context(), decided(f.changed(t, flag).Session, graph.Reject, models.StatusVerified))
	require.NoError(t, err)
	require.ErrorIs(t, try(), store.ErrCredentialGone)
	require.Equal(t, waiting, f.reread(t, waiting))

	_, c = f.verify(t, f.newSession(t), rules.MethodMDL)
	f.clock.Advance(365*day + time.Second)
	waiting = f.session(t)
	require.ErrorIs(t, try(), store.ErrCredentialGone)
}

func credentialsAreFoundByContact(t *testing.T, f *fixture) {
	const email, phone = "ada@person.example", "+15555550123"
	_, weak := f.verify(t, f.person(t, f.org, email, phone), rules.MethodSelfAttestation)
	f.clock.Advance(time.Minute)
	_, own := f.verify(t, f.person(t, f.org, email, ""), rules.MethodDocumentCapture)
	_, foreign := f.verify(t, f.person(t, f.foreign, email, ""), rules.MethodMDL)
	f.reuse(t, f.created(t, f.person(t, f.foreign, email, "")), own) // a copy, which is no business of f.org
	find := func(q store.PersonQuery) (ids []string) {
		q.Org = models.Organization{ID: f.org, Sandbox: true}
		rows, err := f.Across().CredentialsByContact(t.Context(), q)
		require.NoError(t, err)
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return ids
	}
	require.Equal(t, []string{own.ID, weak.ID}, find(store.PersonQuery{Email: email}), "the current ones first")
	require.Equal(t, []string{own.ID, weak.ID}, find(store.PersonQuery{Phone: phone}))
	require.Equal(t, []string{foreign.ID, own.ID, weak.ID}, find(store.PersonQuery{Email: email, Network: true}))
	require.Empty(t, find(store.PersonQuery{Email: "bob@person.example", Phone: phone, Network: true}),
		"the address decides where there is one")
	f.clock.Advance(365*day + time.Second)
	require.Empty(t, find(store.PersonQuery{Email: email, Network: true}))
}

func expiredCredentialsGoWithTheirPersons(t *testing.T, f *fixture) {
	_, old := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	f.clock.Advance(time.Hour)
	_, kept := f.verify(t, f.person(t, f.foreign, "ada@person.example", ""), rules.MethodMDL)
	f.verify(t, f.person(t, f.org, "bob@person.example", ""), rules.MethodMDL)
	sweep := func(limit int) int {
		deleted, err := f.Across().DeleteExpiredCredentials(t.Context(), limit)
		require.NoError(t, err)
		return deleted
	}
	require.Zero(t, sweep(10))
	f.clock.Advance(365*day - time.Hour + time.Second)
	require.Equal(t, 1, sweep(10))
	_, err := f.Credential(t.Context(), f.org, old.ID)
	requireCode(t, models.CodeResourceMissing, err)
	require.Equal(t, 2, f.count(t, "SELECT COUNT(*) FROM verified_persons"), "both have another credential")
	f.clock.Advance(time.Hour)
	require.Equal(t, 1, sweep(1), "in batches")
	require.Equal(t, 1, sweep(1))
	for _, table := range []string{"credentials", "verified_persons", "person_anchors"} {
		require.Zero(t, f.count(t, "SELECT COUNT(*) FROM "+table), table)
	}
	_, again := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	require.NotEqual(t, kept.PersonID, again.PersonID, "nothing is left of the person")
}

func supersededCredentialsOfAPersonAreBounded(t *testing.T, f *fixture) {
	usable := func(org, person string) []models.Credential {
		rows, err := f.OwnCredentials(t.Context(), org, person)
		require.NoError(t, err)
		return rows
	}
	const more = 3
	var all []models.Credential
	for range store.MostSuperseded + 1 + more {
		_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
		all = append(all, c)
		f.clock.Advance(time.Second)
	}
	kept := usable(f.org, all[0].PersonID)
	require.Len(t, kept, store.MostSuperseded+1)
	require.Equal(t, all[len(all)-1].ID, kept[0].ID, "the current one comes first")
	for i, c := range all {
		now, err := f.Credential(t.Context(), f.org, c.ID)
		require.NoError(t, err)
		require.Equal(t, i >= more, now.ValidAt(f.clock.Now()), "the oldest are revoked")
	}
	_, other := f.verify(t, f.person(t, f.foreign, "ada@person.example", ""), rules.MethodMDL)
	require.Len(t, usable(f.foreign, other.PersonID), 1)
	require.Len(t, usable(f.org, other.PersonID), store.MostSuperseded+1, "another organization changes nothing here")
}

func expiredCredentialStaysExpired(t *testing.T, f *fixture) {
	for name, read := range map[string]func(c models.Credential) error{
		"by id":   func(c models.Credential) error { return errorOf(f.Credential(t.Context(), c.OrgID, c.ID)) },
		"by hash": func(c models.Credential) error { return errorOf(f.CredentialByHash(t.Context(), c.OrgID, c.Hash)) },
	} {
		_, c := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
		lifetime := c.ExpiresAt.Sub(f.clock.Now())
		f.clock.Advance(lifetime)
		requireCode(t, models.CodeResourceMissing, read(c))
		f.clock.Advance(-time.Hour)
		requireCode(t, models.CodeResourceMissing, read(c))
		own, err := f.OwnCredentials(t.Context(), c.OrgID, c.PersonID)
		require.NoError(t, err)
		require.Empty(t, own, name)
		swept, err := f.Across().DeleteExpiredCredentials(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, 1, swept, name)
	}
}

func presentedCredentialComesFirst(t *testing.T, f *fixture) {
	_, old := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodSelfAttestation)
	f.clock.Advance(time.Hour)
	_, current := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	presented := func(org, id string) (ids []string) {
		rows, err := f.PresentedCredentials(t.Context(), org, id)
		require.NoError(t, err)
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return ids
	}
	require.Equal(t, []string{old.ID, current.ID}, presented(f.org, old.ID))
	require.Equal(t, []string{current.ID, old.ID}, presented(f.org, current.ID))
	require.Empty(t, presented(f.foreign, current.ID), "of another organization")
	require.Empty(t, presented(f.org, "cred_unknown"))
	f.clock.Advance(old.ExpiresAt.Sub(f.clock.Now()))
	require.Empty(t, presented(f.org, old.ID), "expired")
	require.Equal(t, []string{current.ID}, presented(f.org, current.ID))
}

func bornReusedSessionNeedsItsCredential(t *testing.T, f *fixture) {
	_, held := f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	n := f.person(t, f.org, "ada@person.example", "")
	n.Reused = &store.Reused{Credential: held, Path: store.PathVPToken}
	created, err := f.CreateSession(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, models.StatusVerified, created.Session.Status)
	require.Equal(t, held.ID, *created.Session.CredentialID)
	filter := store.EventFilter{Session: created.Session.ID}
	events, _, _, err := f.Events(t.Context(), f.org, filter, store.Page{Limit: 10})
	require.NoError(t, err)
	kinds := []models.EventType{}
	for _, event := range events {
		kinds = append(kinds, event.Type)
	}
	require.Equal(t, []models.EventType{models.EventSessionVerified, models.EventSessionCreated}, kinds, "newest first")

	f.clock.Advance(held.ExpiresAt.Sub(f.clock.Now()))
	before := f.count(t, "SELECT COUNT(*) FROM sessions")
	_, err = f.CreateSession(t.Context(), n)
	require.ErrorIs(t, err, store.ErrCredentialGone)
	require.Equal(t, before, f.count(t, "SELECT COUNT(*) FROM sessions"), "nothing is left of the session")
}

func sweepKeepsThePersonOfAVerificationUnderWay(t *testing.T, f *fixture) {
	replica := f.replica(t)
	for range 10 {
		f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
		f.clock.Advance(365*day + time.Second)
		waiting := f.created(t, f.person(t, f.org, "ada@person.example", ""))
		allOf(t, race(2, func(i int) (struct{}, error) {
			var err error
			if i == 0 {
				_, err = replica.Across().DeleteExpiredCredentials(t.Context(), 10)
			} else {
				_, err = f.Change(t.Context(), move(waiting, "verdict", models.StatusVerified))
			}
			return struct{}{}, err
		}))
		c := f.credential(t, f.reread(t, waiting))
		require.Equal(t, 1, f.count(t, "SELECT COUNT(*) FROM verified_persons WHERE id = '"+c.PersonID+"'"))
	}
}
