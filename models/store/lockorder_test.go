package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Pairs of transactions that change the same rows, and would deadlock if one locked them in another order.
var lockOrderScenarios = []scenario{
	transferEndsWhileItsDeviceIsReleased,
	uploadIsDroppedWhileBiometricsAreDeleted,
	attemptEndsWhileTheDeliveriesOfItsEndpointAreClosed,
	grantIsRevokedWhileItsConsentEnds,
	grantIsRevokedWhileItsSourceIsRevoked,
	credentialIsRevokedWhileItsPersonIsErased,
	personIsVerifiedWhileItsExpiredCredentialIsDeleted,
}

// inOneOrder holds the rows of a query, runs first until it waits for them, and second until it waits too, and lets the
// rows go. Neither may fail.
func (f *fixture) inOneOrder(t *testing.T, rows string, first, second func(context.Context) error) {
	t.Helper()
	holder, err := f.raw().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = holder.ExecContext(t.Context(), rows+" FOR UPDATE")
	require.NoError(t, err)
	failed := make(chan error, 2)
	for i, call := range []func(context.Context) error{first, second} {
		go func() { failed <- call(t.Context()) }()
		f.requireBlocked(t, i+1)
	}
	require.NoError(t, holder.Rollback())
	require.NoError(t, errors.Join(<-failed, <-failed))
}

func transferEndsWhileItsDeviceIsReleased(t *testing.T, f *fixture) {
	taken := f.held(t)
	for i := range 3 {
		f.took(t, chunk(taken.Handoff, i, "x"))
	}
	transfer, _, err := f.Transfer(t.Context(), taken.Handoff)
	require.NoError(t, err)
	f.inOneOrder(t, "SELECT FROM transfer_chunks WHERE position = 2", func(ctx context.Context) error {
		_, _, err := f.ReleaseDevice(ctx, taken.Session.OrgID, taken.Session.ID, taken.Handoff.ID, nil)
		return err
	}, func(ctx context.Context) error {
		return f.EndTransfer(ctx, transfer)
	})
	require.Zero(t, f.count(t, "SELECT count(*) FROM transfer_chunks"))
}

func uploadIsDroppedWhileBiometricsAreDeleted(t *testing.T, f *fixture) {
	session := f.session(t)
	u := f.grown(t, session, f.begunUpload(t, session, "front"), " side")
	_, err := f.raw().ExecContext(t.Context(), "UPDATE uploads SET method = $1", rules.MethodFacialAge)
	require.NoError(t, err)
	f.inOneOrder(t, "SELECT FROM upload_pieces WHERE start > 0", func(ctx context.Context) error {
		return f.DeleteBiometrics(ctx, f.org, actor, session.ID)
	}, func(ctx context.Context) error {
		return f.DropUpload(ctx, u)
	})
	require.Zero(t, f.pieces(t))
}

func attemptEndsWhileTheDeliveriesOfItsEndpointAreClosed(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	first, last := f.delivery(t, f.session(t)), f.delivery(t, f.session(t))
	_, err := f.raw().ExecContext(t.Context(), "UPDATE webhook_endpoints SET status = 'disabled', closing_until = $1",
		f.Now().UnixMicro())
	require.NoError(t, err)
	f.inOneOrder(t, "SELECT FROM webhook_deliveries WHERE id = '"+last.ID+"'", func(ctx context.Context) error {
		_, err := f.Across().CloseDeliveries(ctx, 10)
		return err
	}, func(ctx context.Context) error {
		_, err := f.RecordAnswer(ctx, first, refused, schedule)
		return err
	})
	require.Zero(t, f.closing(t))
}

func grantIsRevokedWhileItsConsentEnds(t *testing.T, f *fixture) {
	session, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	_, g := f.granted(t, f.foreign, ada)
	ended, err := f.UnshareCredential(t.Context(), session)
	require.NoError(t, err)
	f.inOneOrder(t, "SELECT FROM credentials WHERE source_id = '"+c.ID+"'", func(ctx context.Context) error {
		_, err := f.Across().RevokeGrants(ctx, ended[0].Ref(), 10)
		return err
	}, func(ctx context.Context) error {
		_, err := f.RevokeGrant(ctx, f.foreign, g.ID, actor, models.TrustTargetRevoked)
		return err
	})
	require.NotNil(t, f.grant(t, g).RevokedAt)
}

func grantIsRevokedWhileItsSourceIsRevoked(t *testing.T, f *fixture) {
	session, c := f.share(t, f.org, ada, rules.MethodDocumentCapture)
	_, g := f.granted(t, f.foreign, ada)
	decision := f.rejection(t, session)
	f.inOneOrder(t, "SELECT FROM credentials WHERE source_id = '"+c.ID+"'", func(ctx context.Context) error {
		_, err := f.DecideReview(ctx, decision)
		return err
	}, func(ctx context.Context) error {
		_, err := f.RevokeGrant(ctx, f.foreign, g.ID, actor, models.TrustTargetRevoked)
		return err
	})
	require.Equal(t, ptr(models.TrustTargetRevoked), f.grant(t, g).RevokedReason)
}

func credentialIsRevokedWhileItsPersonIsErased(t *testing.T, f *fixture) {
	n := f.person(t, f.org, ada, "")
	n.Session.Compliance = models.AsJSON(models.ComplianceResult{DataRetentionDays: ptr(30)}) // keeps the address
	session, c := f.verify(t, n, rules.MethodDocumentCapture)
	require.NoError(t, f.ShareCredential(t.Context(), session))
	f.granted(t, f.foreign, ada)
	decision := f.rejection(t, session)
	f.inOneOrder(t, "SELECT FROM credentials WHERE source_id = '"+c.ID+"'", func(ctx context.Context) error {
		_, err := f.Across().ErasePerson(ctx, store.Erasure{PersonID: c.PersonID})
		return err
	}, func(ctx context.Context) error {
		_, err := f.DecideReview(ctx, decision)
		return err
	})
	require.Equal(t, models.ReviewRejected, f.reread(t, session).Review.Status)
}

func personIsVerifiedWhileItsExpiredCredentialIsDeleted(t *testing.T, f *fixture) {
	_, kept := f.verify(t, f.person(t, f.org, ada, ""), rules.MethodDocumentCapture)
	_, expired := f.verify(t, f.person(t, f.org, ada, ""), rules.MethodDocumentCapture)
	_, err := f.raw().ExecContext(t.Context(), "UPDATE credentials SET superseded_at = NULL, expires_at ="+
		" CASE WHEN id = $1 THEN $2 ELSE expires_at END", expired.ID, f.Now().Add(-time.Second).UnixMicro())
	require.NoError(t, err)
	waiting := f.created(t, f.person(t, f.org, ada, ""))
	verdict := move(waiting, "verdict", models.StatusVerified)
	verdict.Set = map[string]any{"graph_state": models.AsJSON(graph.State{
		Outcome: graph.OutcomeVerified, Methods: []rules.Method{rules.MethodDocumentCapture},
	})}
	f.inOneOrder(t, "SELECT FROM credentials WHERE id = '"+kept.ID+"'", func(ctx context.Context) error {
		_, err := f.Change(ctx, verdict)
		return err
	}, func(ctx context.Context) error {
		_, err := f.Across().DeleteExpiredCredentials(ctx, 10)
		return err
	})
	require.Equal(t, kept.PersonID, *f.reread(t, waiting).VerifiedPersonID)
}
