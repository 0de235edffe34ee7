package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// behindProxy is a store on the database of f with connections that a test can break.
func (f *fixture) behindProxy(t *testing.T) (*store.Store, *pgtest.Proxy) {
	t.Helper()
	proxy := pgtest.NewProxy(t, f.url)
	s, err := store.Open(t.Context(), options(proxy.URL(t, f.url), f.clock.Now))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, proxy
}

// cuts are the points at which a connection may end. The statement is the first one of a change after its begin.
var cuts = map[string]func(p *pgtest.Proxy){
	"before begin":         func(p *pgtest.Proxy) { p.CutBefore("begin") },
	"after begin":          func(p *pgtest.Proxy) { p.CutAfter("begin") },
	"before the statement": func(p *pgtest.Proxy) { p.CutBefore(`"session_transitions"`) },
	"after the statement":  func(p *pgtest.Proxy) { p.CutAfter(`"session_transitions"`) },
}

func brokenConnectionIsUnavailable(t *testing.T, f *fixture) {
	for name, cut := range cuts {
		s, proxy := f.behindProxy(t)
		session := f.session(t)
		cut(proxy)
		_, err := s.Change(t.Context(), move(session, "open", models.StatusPending))
		if err != nil { // an unsent statement may have been repeated on another connection
			require.ErrorIs(t, err, store.ErrUnavailable, name)
			require.Equal(t, session, f.reread(t, session), name)
		}
		require.False(t, proxy.Pending(), name)
		_, err = s.Change(t.Context(), move(session, "open", models.StatusPending))
		require.NoError(t, err, name)
	}
}

func pooledConnectionsThatBrokeServeAgain(t *testing.T, f *fixture) {
	s, proxy := f.behindProxy(t)
	for range 3 {
		proxy.Break()
		_, err := s.Session(t.Context(), f.org, f.session(t).ID)
		if err != nil {
			require.ErrorIs(t, err, store.ErrUnavailable)
		}
		_, err = s.Session(t.Context(), f.org, f.session(t).ID)
		require.NoError(t, err)
	}
}

// Whether or not the server committed, the caller gets the true result.
func lostCommitIsLookedUp(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	for name, cut := range map[string]func(*pgtest.Proxy){
		"before": func(p *pgtest.Proxy) { p.CutBefore("commit") }, "after": func(p *pgtest.Proxy) { p.CutAfter("commit") },
	} {
		s, proxy := f.behindProxy(t)
		cut(proxy)
		created, err := s.CreateSession(t.Context(), f.newSession(t))
		require.NoError(t, err, name)
		require.False(t, proxy.Pending(), name)
		require.Len(t, created.FirstAttempts, 1, name)
		session := f.reread(t, created.Session)
		require.Len(t, f.eventsOf(t, session), 1, name)

		cut(proxy)
		cancelled, err := s.End(t.Context(), f.org, session.ID, models.CancellableStatuses, models.StatusCancelled)
		require.NoError(t, err, name)
		require.False(t, proxy.Pending(), name)
		require.False(t, cancelled.Repeated, name)
		require.Len(t, cancelled.FirstAttempts, 1, name)
		require.Equal(t, cancelled.Session, f.reread(t, session), name)
		require.Len(t, f.eventsOf(t, session), 2, name)
	}
}

func lostCommitOfAClaimLetsTheDeviceIn(t *testing.T, f *fixture) {
	s, proxy := f.behindProxy(t)
	_, token := f.mint(t, f.session(t))
	proxy.CutAfter("commit")
	taken, err := s.Across().ClaimHandoff(t.Context(), token, "phone", nil)
	require.NoError(t, err)
	require.False(t, proxy.Pending())
	f.requireHeldBy(t, taken)
	f.refusesToken(t, token, models.CodeHandoffTokenConsumed)
}

// Another caller has made a change with the same id. A lost commit must not be taken for it.
func lostCommitDoesNotClaimAForeignChange(t *testing.T, f *fixture) {
	s, proxy := f.behindProxy(t)
	session := f.session(t)
	proxy.CutBefore("commit")
	done := make(chan error, 1)
	c := move(session, "open", models.StatusPending)
	c.Set = map[string]any{"verification_path": "mine"}
	go func() {
		changed, err := s.Change(t.Context(), c)
		if err == nil && changed.Repeated != (changed.Session.VerificationPath == nil) {
			err = context.Canceled // one caller got the result of the other's change
		}
		done <- err
	}()
	f.changed(t, move(session, "open", models.StatusPending))
	require.NoError(t, <-done)
}

// auditedWrite is a write that leaves one entry in the audit log. Its table gains rows.
type auditedWrite struct {
	table string
	rows  int
	do    func(s *store.Store) error
}

// auditedWrites returns writes of every kind, by name. Each may be made once.
func (f *fixture) auditedWrites(t *testing.T) map[string]auditedWrite {
	t.Helper()
	ctx, w, deleted := t.Context(), f.workflow(t), f.endpoint(t)
	f.endpoint(t, models.EventSessionCreated)
	failed := f.failing(t, 1)[0]
	compile := func(models.Workflow) (graph.Graph, error) { return compiled(t), nil }
	return map[string]auditedWrite{
		"organization": {"organizations", 1, func(s *store.Store) error {
			return errorOf(s.Across().CreateOrganization(ctx, models.Organization{Name: "Bodega"}))
		}},
		"key": {"api_keys", 1, func(s *store.Store) error {
			_, secret, err := s.CreateKey(ctx, f.org, actor, models.SecretKey)
			require.NoError(t, err)
			return errorOf(f.authenticate(t, secret))
		}},
		"workflow": {"workflows", 1, func(s *store.Store) error {
			return errorOf(s.CreateWorkflow(ctx, f.org, actor, "Checkout", definition()))
		}},
		"update": {"workflows", 0, func(s *store.Store) error {
			return errorOf(s.UpdateWorkflow(ctx, f.org, actor, w.ID, func(*models.Workflow) error { return nil }))
		}},
		"version": {"workflow_versions", 1, func(s *store.Store) error {
			v, err := s.PublishWorkflow(ctx, f.org, actor, w.ID, nil, compile)
			require.Equal(t, 1, v.Version)
			return err
		}},
		"endpoint": {"webhook_endpoints", 1, func(s *store.Store) error {
			_, _, err := s.CreateEndpoint(ctx, actor, newEndpoint(f.org), 0)
			return err
		}},
		"deletion": {"webhook_endpoints", 0, func(s *store.Store) error {
			return s.DeleteEndpoint(ctx, f.org, actor, deleted.ID)
		}},
		"connector": {"provider_connectors", 1, func(s *store.Store) error {
			_, _, err := s.CreateConnector(ctx, actor, newConnector(f.org, rules.MethodDocumentCapture))
			return err
		}},
		"recovery": {"webhook_recoveries", 1, func(s *store.Store) error {
			return errorOf(s.CreateRecovery(ctx, f.org, actor, failed.EndpointID, dawn, f.Now()))
		}},
		"redelivery": {"webhook_deliveries", 1, func(s *store.Store) error {
			return errorOf(s.Redeliver(ctx, f.org, actor, failed.EndpointID, failed.ID))
		}},
		"test": {"webhook_deliveries", 1, func(s *store.Store) error {
			return errorOf(s.TestEndpoint(ctx, f.org, actor, failed.EndpointID))
		}},
		"settings": {"organizations", 0, func(s *store.Store) error {
			changed, err := s.ChangeSettings(ctx, f.org, actor, store.SettingsChange{NetworkDedup: ptr(true)})
			require.True(t, changed.NetworkDedup)
			return err
		}},
		"branding": {"organizations", 0, func(s *store.Store) error {
			return errorOf(s.ChangeBranding(ctx, f.org, actor, store.BrandingChange{Name: ptr("Vinothek")}))
		}},
		"origin": {"embed_origins", 1, func(s *store.Store) error {
			return errorOf(s.ChangeEmbedOrigins(ctx, f.org, actor, []string{"https://shop.example"}, nil))
		}},
		"replay": {"webhook_deliveries", 1, func(s *store.Store) error {
			made, err := s.Replay(ctx, f.org, actor, failed.EventID)
			require.Len(t, made, 1)
			return err
		}},
	}
}

// The caller gets the answer that it would have got with the commit's answer, and nothing is made twice.
func lostCommitOfAnAuditedWriteIsLookedUp(t *testing.T, f *fixture) {
	for at, cut := range map[string]func(*pgtest.Proxy){
		"before": func(p *pgtest.Proxy) { p.CutBefore("commit") }, "after": func(p *pgtest.Proxy) { p.CutAfter("commit") },
	} {
		on := newFixture(t, f.backend)
		s, proxy := on.behindProxy(t)
		for name, w := range on.auditedWrites(t) {
			entries, rows := on.count(t, "SELECT count(*) FROM audit_log"), on.count(t, "SELECT count(*) FROM "+w.table)
			cut(proxy)
			require.NoError(t, w.do(s), "%s, %s the commit", name, at)
			require.False(t, proxy.Pending(), name)
			require.Equal(t, entries+1, on.count(t, "SELECT count(*) FROM audit_log"), "%s, %s the commit", name, at)
			require.Equal(t, rows+w.rows, on.count(t, "SELECT count(*) FROM "+w.table), "%s, %s the commit", name, at)
		}
	}
}

// The user gets one mail, and the answer that belongs to it.
func lostCommitOfACodeIsLookedUp(t *testing.T, f *fixture) {
	for at, cut := range map[string]func(*pgtest.Proxy){
		"before": func(p *pgtest.Proxy) { p.CutBefore("commit") }, "after": func(p *pgtest.Proxy) { p.CutAfter("commit") },
	} {
		on := newFixture(t, f.backend)
		s, proxy := on.behindProxy(t)
		session := on.session(t)
		cut(proxy)
		code, mail, err := s.SendEmailCode(t.Context(), store.NewEmailCode{
			Session: session, Email: address, Code: number, Mail: store.NewMail{OrgID: on.org, TTL: time.Minute},
		})
		require.NoError(t, err, at)
		require.False(t, proxy.Pending(), at)
		require.Equal(t, 1, on.count(t, "SELECT count(*) FROM mails"), at)
		stored, err := on.Mail(t.Context(), mail.Ref())
		require.NoError(t, err, at)
		require.Equal(t, models.MailPending, stored.Status, at)
		require.Equal(t, 1, on.reread(t, session).EmailCodes, at)
		require.True(t, on.tried(t, code, number).Right, at)
	}
}

func lostCommitOfAnIdempotencyClaimIsLookedUp(t *testing.T, f *fixture) {
	s, proxy := f.behindProxy(t)
	claim := func(key string) *store.Claim {
		proxy.CutAfter("commit")
		claimed, err := s.ClaimKey(t.Context(), f.org, key, store.Request{})
		require.NoError(t, err)
		require.False(t, proxy.Pending())
		return claimed.Claim
	}
	first := claim("order-7")
	require.NotNil(t, first)
	f.clock.Advance(leaseOfAClaim)
	next := claim("order-7")
	require.NotNil(t, next, "of the request that takes over")
	require.Equal(t, first.ResourceID, next.ResourceID)
	require.NoError(t, f.Finish(t.Context(), *next, created("7")))
	f.requireReplay(t, "order-7", created("7"))
}

func closedStoreIsUnavailable(t *testing.T, f *fixture) {
	s := f.replica(t)
	session := f.session(t)
	require.NoError(t, s.Close())
	_, err := s.Session(t.Context(), f.org, session.ID)
	require.ErrorIs(t, err, store.ErrUnavailable)
	_, err = s.Change(t.Context(), move(session, "open", models.StatusPending))
	require.ErrorIs(t, err, store.ErrUnavailable)
}

// To SQLite a file that may not grow is the same as a full disk.
func fullDiskIsUnavailable(t *testing.T, f *fixture) {
	session := f.session(t)
	f.fillDisk(t)
	var err error
	for i := 0; err == nil; i++ {
		require.Less(t, i, 10_000, "the file takes everything")
		_, err = f.CreateSession(t.Context(), f.newSession(t))
	}
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.Equal(t, session, f.reread(t, session), "reads go on")
}

// fillDisk prevents the file of a store from growing.
func (f *fixture) fillDisk(t *testing.T) {
	t.Helper()
	require.NoError(t, f.Store.SQL(func(execute func(string) error) error {
		return execute("PRAGMA max_page_count = 1") // SQLite raises this to the current size
	}))
}

func unreadableFileIsUnavailable(t *testing.T, _ *fixture) {
	folder := t.TempDir() // not a file
	_, err := store.Open(t.Context(), options("sqlite:"+folder, time.Now))
	require.ErrorIs(t, err, store.ErrUnavailable)
}
