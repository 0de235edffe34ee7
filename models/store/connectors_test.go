package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

var connectorScenarios = []scenario{
	connectorIsReadAsCreated,
	connectorSecretIsShownOnceAndSealed,
	repeatedCreateReturnsTheFirstConnector,
	connectorIsItsOrganizationsOwn,
	methodTakesOneConnector,
	racingConnectorsForAMethodHaveOneWinner,
	connectorOfAMethodIsTheOneInUse,
	updateOfAConnectorKeepsItsSecret,
	rotatedSecretReplacesTheOld,
	repeatedConnectorRotationReturnsTheFirstSecret,
	deletedConnectorIsGone,
	changesOfConnectorsAreAudited,
	promiseMovesTheTimeToGiveUp,
	promiseAfterTheVerdictChangesNothing,
	callbackFindsItsSubmission,
}

func newConnector(org string, method rules.Method) models.ProviderConnector {
	return models.ProviderConnector{
		OrgID: org, Method: method, Name: ptr("Acme"), URL: "https://vendor.example/judge", Mode: models.ConnectorCallback,
		TimeoutSeconds: 10, CallbackTimeoutSeconds: 600, Status: models.ConnectorEnabled,
	}
}

func (f *fixture) connector(t *testing.T, method rules.Method) (models.ProviderConnector, string) {
	t.Helper()
	created, secret, err := f.CreateConnector(t.Context(), actor, newConnector(f.org, method))
	require.NoError(t, err)
	return created, secret
}

func connectorIsReadAsCreated(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	want := newConnector(f.org, rules.MethodDocumentCapture)
	want.ID, want.SecretSealed, want.Created, want.Updated = created.ID, created.SecretSealed, f.Now(), f.Now()
	require.Equal(t, want, created)
	require.True(t, models.PrefixConnector.HasPrefix(created.ID))
	read, err := f.Connector(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, created, read)
}

func connectorSecretIsShownOnceAndSealed(t *testing.T, f *fixture) {
	created, secret := f.connector(t, rules.MethodDocumentCapture)
	require.True(t, strings.HasPrefix(secret, models.ConnectorSecretPrefix))
	_, opened, err := f.ConnectorSecret(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, secret, opened)
	require.NotContains(t, f.dump(t), secret)
}

func repeatedCreateReturnsTheFirstConnector(t *testing.T, f *fixture) {
	ctx := f.reserved(t, "create")
	first, secret, err := f.CreateConnector(ctx, actor, newConnector(f.org, rules.MethodDocumentCapture))
	require.NoError(t, err)
	again, sameSecret, err := f.CreateConnector(ctx, actor, newConnector(f.org, rules.MethodDocumentCapture))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, secret, sameSecret)
}

func connectorIsItsOrganizationsOwn(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	other := f.organization(t)
	_, err := f.Connector(t.Context(), other, created.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, _, err = f.ConnectorSecret(t.Context(), other, created.ID)
	requireCode(t, models.CodeResourceMissing, err)
	_, _, err = f.RotateConnectorSecret(t.Context(), other, actor, created.ID)
	requireCode(t, models.CodeResourceMissing, err)
	requireCode(t, models.CodeResourceMissing, f.DeleteConnector(t.Context(), other, actor, created.ID))
	_, found, err := f.ConnectorFor(t.Context(), other, rules.MethodDocumentCapture)
	require.NoError(t, err)
	require.False(t, found)
	rows, _, err := f.Connectors(t.Context(), other, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, rows)
}

func methodTakesOneConnector(t *testing.T, f *fixture) {
	f.connector(t, rules.MethodDocumentCapture)
	_, _, err := f.CreateConnector(t.Context(), actor, newConnector(f.org, rules.MethodDocumentCapture))
	requireCode(t, models.CodeParameterInvalid, err)
	f.connector(t, rules.MethodFacialAge)
	_, _, err = f.CreateConnector(t.Context(), actor, newConnector(f.organization(t), rules.MethodDocumentCapture))
	require.NoError(t, err)
}

func racingConnectorsForAMethodHaveOneWinner(t *testing.T, f *fixture) {
	const racers = 8
	failures := make(chan error, racers)
	for range racers {
		go func() {
			_, _, err := f.CreateConnector(t.Context(), actor, newConnector(f.org, rules.MethodMDL))
			failures <- err
		}()
	}
	won := 0
	for range racers {
		if err := <-failures; err == nil {
			won++
		} else {
			requireCode(t, models.CodeParameterInvalid, err)
		}
	}
	require.Equal(t, 1, won)
}

func connectorOfAMethodIsTheOneInUse(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	found := func() bool {
		_, found, err := f.ConnectorFor(t.Context(), f.org, rules.MethodDocumentCapture)
		require.NoError(t, err)
		return found
	}
	require.True(t, found())
	for _, status := range []models.ConnectorStatus{models.ConnectorDisabled, models.ConnectorEnabled} {
		_, err := f.UpdateConnector(
			t.Context(),
			f.org,
			actor,
			created.ID,
			func(c *models.ProviderConnector) { c.Status = status },
		)
		require.NoError(t, err)
		require.Equal(t, status == models.ConnectorEnabled, found())
		_, _, err = f.ConnectorSecret(t.Context(), f.org, created.ID)
		require.Equal(t, status == models.ConnectorEnabled, err == nil)
	}
}

func updateOfAConnectorKeepsItsSecret(t *testing.T, f *fixture) {
	created, secret := f.connector(t, rules.MethodDocumentCapture)
	f.clock.Advance(time.Second)
	updated, err := f.UpdateConnector(t.Context(), f.org, actor, created.ID, func(c *models.ProviderConnector) {
		c.Name, c.URL, c.Mode = nil, "https://other.example/", models.ConnectorSync
		c.TimeoutSeconds, c.CallbackTimeoutSeconds = 5, 60
	})
	require.NoError(t, err)
	want := created
	want.Name, want.URL, want.Mode = nil, "https://other.example/", models.ConnectorSync
	want.TimeoutSeconds, want.CallbackTimeoutSeconds = 5, 60
	want.Updated = f.Now()
	require.Equal(t, want, updated)
	read, same, err := f.ConnectorSecret(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, updated, read)
	require.Equal(t, secret, same)
}

func repeatedConnectorRotationReturnsTheFirstSecret(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	ctx := f.reserved(t, "rotate")
	first, secret, err := f.RotateConnectorSecret(ctx, f.org, actor, created.ID)
	require.NoError(t, err)
	again, secretAgain, err := f.RotateConnectorSecret(ctx, f.org, actor, created.ID)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, secret, secretAgain)
}

func rotatedSecretReplacesTheOld(t *testing.T, f *fixture) {
	created, secret := f.connector(t, rules.MethodDocumentCapture)
	_, rotated, err := f.RotateConnectorSecret(t.Context(), f.org, actor, created.ID)
	require.NoError(t, err)
	require.NotEqual(t, secret, rotated)
	_, now, err := f.ConnectorSecret(t.Context(), f.org, created.ID)
	require.NoError(t, err)
	require.Equal(t, rotated, now)
}

func deletedConnectorIsGone(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	require.NoError(t, f.DeleteConnector(t.Context(), f.org, actor, created.ID))
	requireCode(t, models.CodeResourceMissing, f.DeleteConnector(t.Context(), f.org, actor, created.ID))
	_, err := f.Connector(t.Context(), f.org, created.ID)
	requireCode(t, models.CodeResourceMissing, err)
	f.connector(t, rules.MethodDocumentCapture) // another may follow
}

func changesOfConnectorsAreAudited(t *testing.T, f *fixture) {
	created, _ := f.connector(t, rules.MethodDocumentCapture)
	f.clock.Advance(time.Second)
	_, err := f.UpdateConnector(t.Context(), f.org, actor, created.ID, func(*models.ProviderConnector) {})
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	_, _, err = f.RotateConnectorSecret(t.Context(), f.org, actor, created.ID)
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	require.NoError(t, f.DeleteConnector(t.Context(), f.org, actor, created.ID))
	require.Equal(t, []string{ // newest first
		"provider_connector.delete",
		"provider_connector.rotate_secret",
		"provider_connector.update",
		"provider_connector.create",
	}, f.audited(t, f.org, created.ID))
}

// submittedTo submits a first attempt to a provider, which has a minute to answer.
func (f *fixture) submittedTo(t *testing.T, c models.ProviderConnector) (models.Submission, models.Session) {
	t.Helper()
	n := submission(f.session(t), document, 1, `{"input":{}}`)
	n.ConnectorID, n.Delay = &c.ID, time.Minute
	row, changed, err := f.Submit(t.Context(), n)
	require.NoError(t, err)
	return row, changed.Session
}

func promiseMovesTheTimeToGiveUp(t *testing.T, f *fixture) {
	c, _ := f.connector(t, rules.MethodDocumentCapture)
	sent, session := f.submittedTo(t, c)
	require.Equal(t, f.Now().Add(time.Minute).Unix(), sent.ReadyAt.Unix())
	f.clock.Advance(time.Second)
	require.NoError(t, f.Promise(t.Context(), f.org, sent.ID, time.Hour))
	promised, at := f.Now(), f.Now().Add(time.Hour)
	f.clock.Advance(time.Minute)
	require.NoError(t, f.Promise(t.Context(), f.org, sent.ID, time.Hour), "a repeat moves nothing")
	require.NoError(
		t,
		f.Promise(t.Context(), f.organization(t), sent.ID, time.Minute),
		"another organization moves nothing",
	)
	rows, err := f.PendingSubmissions(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, &promised, rows[0].PromisedAt)
	require.Equal(t, models.At(at), rows[0].ReadyAt)
}

func promiseAfterTheVerdictChangesNothing(t *testing.T, f *fixture) {
	c, _ := f.connector(t, rules.MethodDocumentCapture)
	sent, session := f.submittedTo(t, c)
	_, err := f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	require.NoError(t, f.Promise(t.Context(), f.org, sent.ID, time.Hour))
	row, _, err := f.Submission(t.Context(), f.org, sent.ID)
	require.NoError(t, err)
	require.Nil(t, row.PromisedAt)
}

func callbackFindsItsSubmission(t *testing.T, f *fixture) {
	c, _ := f.connector(t, rules.MethodDocumentCapture)
	sent, _ := f.submittedTo(t, c)
	found, err := f.Across().CallbackSubmission(t.Context(), sent.ID)
	require.NoError(t, err)
	require.Equal(t, f.org, found.OrgID)
	require.Equal(t, &c.ID, found.ConnectorID)

	own, _ := f.submitted(t, f.session(t), attestation, born)
	for _, id := range []string{own.ID, "vr_unknown", ""} {
		_, err := f.Across().CallbackSubmission(t.Context(), id)
		requireCode(t, models.CodeResourceMissing, err)
	}
}
