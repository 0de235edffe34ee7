package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var emailCodeScenarios = []scenario{
	rightCodeProvesTheAddress,
	provenAddressBecomesTheSessions,
	anotherAddressThanTheMerchantsBarsReuse,
	codeHasFiveTries,
	racingGuessesHaveFiveTries,
	tenThousandGuessesFail,
	codeExpires,
	expiredCodeStaysExpired,
	newCodeReplacesTheLastOne,
	codesOfASessionAreCapped,
	codeOfAnotherSessionIsWrong,
	codeOfAnotherOrganizationIsNotFound,
	endOfASessionDeletesItsCode,
	sweepDeletesCodesOfClosedSessions,
	sweepReadsNoCodeOfAnOpenSession,
	codeToAMovedOrEndedSessionIsRefused,
}

const (
	address = "ada@person.example"
	number  = "012345"
)

func (f *fixture) mailedCode(t *testing.T, session models.Session, email, number string) models.EmailCode {
	t.Helper()
	code, mail, err := f.SendEmailCode(t.Context(), store.NewEmailCode{
		Session: session, Email: email, Code: number, Mail: store.NewMail{
			OrgID: session.OrgID, Purpose: models.MailCode, TTL: models.EmailCodeTTL,
			MailContent: models.MailContent{To: email, Values: map[string]string{"code": number}},
		},
	})
	require.NoError(t, err)
	require.Equal(t, models.MailPending, mail.Status)
	return code
}

func (f *fixture) tried(t *testing.T, code models.EmailCode, entered string) store.TriedCode {
	t.Helper()
	tried, err := f.TryEmailCode(t.Context(), code, entered)
	require.NoError(t, err)
	return tried
}

func (f *fixture) proven(t *testing.T, session models.Session, email string) models.Session {
	t.Helper()
	code := f.tried(t, f.mailedCode(t, session, email, number), number)
	require.True(t, code.Right)
	proven, err := f.ProveEmail(t.Context(), session, code)
	require.NoError(t, err)
	return proven
}

func (f *fixture) emailOf(t *testing.T, session models.Session) string {
	t.Helper()
	email, _, err := f.Contacts(session)
	require.NoError(t, err)
	return email
}

// withEmail returns a session of the merchant's customer.
func (f *fixture) withEmail(t *testing.T, email string) models.Session {
	t.Helper()
	n := f.newSession(t)
	n.Email = email
	return f.created(t, n)
}

func rightCodeProvesTheAddress(t *testing.T, f *fixture) {
	session := f.withEmail(t, address)
	code := f.mailedCode(t, session, address, number)
	require.True(t, models.PrefixEmailCode.Names(code.ID))
	require.NotContains(t, code.CodeHash+code.EmailSealed, number)

	wrong := f.tried(t, code, "543210")
	require.True(t, wrong.Counted)
	require.False(t, wrong.Right)
	require.Equal(t, models.EmailCodeTries-1, wrong.TriesLeft())
	right := f.tried(t, code, number)
	require.True(t, right.Right)
	require.Equal(t, address, right.Email)

	proven, err := f.ProveEmail(t.Context(), session, right)
	require.NoError(t, err)
	require.Equal(t, f.Now(), *proven.EmailProvenAt)
	require.Equal(t, session.Status, proven.Status)
	require.False(t, proven.EmailChanged)
	require.Equal(t, address, f.emailOf(t, proven))
	require.Greater(t, proven.Revision, session.Revision, "waiting clients are woken")
	_, found, err := f.EmailCode(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.False(t, found, "a code is used once")
	again, err := f.ProveEmail(t.Context(), session, right)
	require.NoError(t, err)
	require.Equal(t, proven, again)
}

func provenAddressBecomesTheSessions(t *testing.T, f *fixture) {
	session := f.session(t)
	require.Nil(t, session.EmailSealed)
	code := f.mailedCode(t, session, address, number)
	read, err := f.Session(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Nil(t, read.EmailSealed, "an address counts once it is proven")
	require.Equal(t, 1, read.EmailCodes)
	proven, err := f.ProveEmail(t.Context(), read, f.tried(t, code, number))
	require.NoError(t, err)
	require.Equal(t, address, f.emailOf(t, proven))
	require.Equal(t, f.withEmail(t, address).EmailLookup, proven.EmailLookup)
	require.False(t, proven.EmailChanged)
}

func anotherAddressThanTheMerchantsBarsReuse(t *testing.T, f *fixture) {
	proven := f.proven(t, f.withEmail(t, address), "bob@person.example")
	require.True(t, proven.EmailChanged)
	require.False(t, proven.RequiresEmailOTP)
	require.Equal(t, "bob@person.example", f.emailOf(t, proven))
	back := f.proven(t, proven, address)
	require.True(t, back.EmailChanged, "for good")
}

func codeHasFiveTries(t *testing.T, f *fixture) {
	code := f.mailedCode(t, f.session(t), address, number)
	for left := models.EmailCodeTries - 1; left >= 0; left-- {
		tried := f.tried(t, code, "000000")
		require.True(t, tried.Counted)
		require.Equal(t, left, tried.TriesLeft())
	}
	last := f.tried(t, code, number)
	require.False(t, last.Counted)
	require.False(t, last.Right)
}

func racingGuessesHaveFiveTries(t *testing.T, f *fixture) {
	code := f.mailedCode(t, f.session(t), address, "999999")
	replica := f.replica(t)
	var counted atomic.Int32
	var guessing sync.WaitGroup
	ctx := context.WithoutCancel(t.Context())
	for i := range 100 {
		guessing.Go(func() {
			s := f.Store
			if i%2 == 0 {
				s = replica
			}
			tried, err := s.TryEmailCode(ctx, code, fmt.Sprintf("%06d", i))
			if err != nil {
				t.Errorf("try: %v", err)
			}
			if tried.Counted {
				counted.Add(1)
			}
		})
	}
	guessing.Wait()
	require.EqualValues(t, models.EmailCodeTries, counted.Load())
	require.False(t, f.tried(t, code, "999999").Counted)
}

func tenThousandGuessesFail(t *testing.T, f *fixture) {
	code := f.mailedCode(t, f.session(t), address, "009999")
	for guess := range 10_000 {
		tried, err := f.TryEmailCode(t.Context(), code, fmt.Sprintf("%06d", guess))
		require.NoError(t, err)
		require.Equal(t, guess < models.EmailCodeTries, tried.Counted)
		require.False(t, tried.Right)
	}
}

func codeExpires(t *testing.T, f *fixture) {
	code := f.mailedCode(t, f.session(t), address, number)
	f.clock.Advance(models.EmailCodeTTL - time.Microsecond)
	require.True(t, f.tried(t, code, "000000").Counted)
	f.clock.Advance(time.Microsecond)
	require.False(t, f.tried(t, code, number).Counted)
}

func expiredCodeStaysExpired(t *testing.T, f *fixture) {
	session := f.session(t)
	code := f.mailedCode(t, session, address, number)
	f.clock.Advance(models.EmailCodeTTL)
	require.False(t, f.tried(t, code, number).Counted)
	f.clock.Advance(-models.EmailCodeTTL)
	require.False(t, f.tried(t, code, number).Counted, "a clock that is set back does not revive a refused code")
	read, _, err := f.EmailCode(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.False(t, read.Valid(f.clock.Now()))
	require.True(t, f.tried(t, f.mailedCode(t, session, address, number), number).Right, "another code works")
}

func newCodeReplacesTheLastOne(t *testing.T, f *fixture) {
	session := f.session(t)
	first := f.mailedCode(t, session, address, number)
	f.tried(t, first, "000000")
	second := f.mailedCode(t, session, address, "222222")
	require.False(t, f.tried(t, first, number).Counted)
	require.False(t, f.tried(t, second, number).Right)
	require.True(t, f.tried(t, second, "222222").Right)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM email_codes"))
}

func codesOfASessionAreCapped(t *testing.T, f *fixture) {
	session := f.session(t)
	var last models.EmailCode
	for range models.MaxEmailCodes {
		last = f.mailedCode(t, session, address, number)
	}
	_, _, err := f.SendEmailCode(t.Context(), store.NewEmailCode{
		Session: session, Email: address, Code: "222222", Mail: store.NewMail{OrgID: f.org, TTL: time.Minute},
	})
	requireCode(t, models.CodeRateLimitExceeded, err)
	require.Equal(t, models.MaxEmailCodes, f.count(t, "SELECT count(*) FROM mails"))
	require.True(t, f.tried(t, last, number).Right, "the last code still works")
	f.mailedCode(t, f.session(t), address, number)
}

func codeOfAnotherSessionIsWrong(t *testing.T, f *fixture) {
	first, second := f.session(t), f.session(t)
	f.mailedCode(t, first, address, number)
	code := f.mailedCode(t, second, address, "222222")
	require.False(t, f.tried(t, code, number).Right)
	// A hash that is copied into another row does not match there.
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE email_codes SET code_hash = (SELECT code_hash FROM email_codes WHERE session_id = $1) WHERE session_id = $2",
		first.ID, second.ID)
	require.NoError(t, err)
	require.False(t, f.tried(t, code, number).Right)
}

func codeOfAnotherOrganizationIsNotFound(t *testing.T, f *fixture) {
	session := f.session(t)
	code := f.mailedCode(t, session, address, number)
	_, found, err := f.EmailCode(t.Context(), f.foreign, session.ID)
	require.NoError(t, err)
	require.False(t, found)
	code.OrgID = f.foreign
	require.False(t, f.tried(t, code, number).Counted)
}

func endOfASessionDeletesItsCode(t *testing.T, f *fixture) {
	session := f.session(t)
	f.mailedCode(t, session, address, number)
	_, err := f.End(t.Context(), f.org, session.ID, models.CancellableStatuses, models.StatusCancelled)
	require.NoError(t, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM email_codes"))
}

func sweepDeletesCodesOfClosedSessions(t *testing.T, f *fixture) {
	session := f.session(t)
	f.mailedCode(t, session, address, number)
	f.clock.Advance(models.EmailCodeTTL)
	_, err := f.Across().EraseMaterial(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM email_codes"), "the session is open")
	f.clock.Advance(session.ExpiresAt.Sub(f.Now().Time))
	_, err = f.Across().EraseMaterial(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, f.count(t, "SELECT count(*) FROM email_codes"))
}

// A session may stay open for a day after its code has expired, so the sweep must not meet the code each time.
func sweepReadsNoCodeOfAnOpenSession(t *testing.T, f *fixture) {
	f.mailedCode(t, f.session(t), address, number)
	f.clock.Advance(models.EmailCodeTTL + time.Minute)
	due := fmt.Sprintf("SELECT count(*) FROM email_codes WHERE expires_at <= %d", f.clock.Now().UnixMicro())
	require.Zero(t, f.count(t, due))
}

func codeToAMovedOrEndedSessionIsRefused(t *testing.T, f *fixture) {
	session := f.session(t)
	opened, err := f.MarkOpened(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	send := func(session models.Session) error {
		_, _, err := f.SendEmailCode(t.Context(), store.NewEmailCode{
			Session: session, Email: address, Code: number, Mail: store.NewMail{OrgID: f.org, TTL: time.Minute},
		})
		return err
	}
	require.ErrorIs(t, send(session), store.ErrRefused)
	_, err = f.End(t.Context(), f.org, session.ID, models.CancellableStatuses, models.StatusCancelled)
	require.NoError(t, err)
	require.Equal(t, models.CodeSessionTerminal, models.CodeOf(send(opened)))
	require.Zero(t, f.count(t, "SELECT count(*) FROM mails")+f.count(t, "SELECT count(*) FROM email_codes"))
}
