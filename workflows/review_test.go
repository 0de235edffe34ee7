package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// stepUp asks VIPs for a document, and for a review if the document is not readable.
const stepUp = `{"mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "face", "nodes": {
	"face":  {"kind": "method", "method": "facial_age", "pass": "risky", "fail": "no"},
	"risky": {"kind": "branch", "cases": [{"when": "metadata.tier == 'vip'", "next": "doc"}], "default": "yes"},
	"doc":   {"kind": "method", "method": "document_capture", "max_attempts": 1, "pass": "yes", "fail": "human"},
	"human": {"kind": "review", "reason": "document not readable", "pass": "yes", "fail": "no"},
	"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func definition(t *testing.T, source string) graph.Definition {
	t.Helper()
	var d graph.Definition
	require.NoError(t, json.Unmarshal([]byte(source), &d))
	return d
}

// with attaches metadata to the session.
func with(metadata map[string]string) func(*store.NewSession) {
	return func(n *store.NewSession) { n.Session.Metadata = models.AsJSON(metadata) }
}

var vip = with(map[string]string{"tier": "vip"})

// inReview returns a session that comes to its review after two minutes.
func (p *play) inReview(t *testing.T) models.Session {
	t.Helper()
	session := p.Begin(t, definition(t, stepUp), vip)
	p.after(time.Minute, func() { p.submits(t, session, facial, simulated.Pass) })
	p.after(2*time.Minute, func() { p.submits(t, session, document, simulated.Fail) })
	return session
}

func (p *play) decides(t *testing.T, session models.Session, d graph.Decision, reviewer string) error {
	t.Helper()
	_, err := sessions.Engine{
		Store:         p.Store,
		ReviewTimeout: reviewTimeout,
		SessionTTL:    day,
	}.Decide(
		t.Context(),
		models.ReviewDecision{
			SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID},
			Decision:   d, Reason: "looked at it", Reviewer: reviewer,
		},
		"key_1",
	)
	return err
}

func TestBranchFollowsTheMerchantsMetadata(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		detail func(*store.NewSession)
		reason string
		status models.SessionStatus
		taken  int
	}{
		"a case":      {vip, "case 1: metadata.tier == 'vip'", models.StatusRequiresInput, 0},
		"the default": {with(nil), "default: no condition is true", models.StatusVerified, graph.DefaultCase},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.Begin(t, definition(t, stepUp), play.detail)
			p.after(time.Minute, func() { p.submits(t, session, facial, simulated.Pass) })
			p.after(time.Hour, func() { require.Equal(t, play.status, p.Reread(t, session).Status) })

			p.run(t, session)

			steps, err := p.Steps(t.Context(), session.OrgID, session.ID)
			require.NoError(t, err)
			require.Len(t, steps[session.ID], 2)
			branch := steps[session.ID][1]
			require.Equal(t, models.StepBranch, branch.Kind)
			require.Equal(t, play.taken, branch.Detail.V.Branch.Case)
			require.Contains(t, branch.Detail.V.Reason, play.reason)
		})
	}
}

func TestReviewerDecidesTheSession(t *testing.T) {
	t.Parallel()
	for decision, want := range map[graph.Decision]struct {
		end    models.SessionStatus
		review models.ReviewStatus
		events []models.EventType
	}{
		graph.Approve: {models.StatusVerified, models.ReviewApproved, []models.EventType{
			models.EventReviewFlagged, models.EventReviewApproved, models.EventSessionVerified,
		}},
		graph.Reject: {models.StatusFailed, models.ReviewRejected, []models.EventType{
			models.EventReviewFlagged, models.EventReviewRejected, models.EventSessionFailed,
		}},
	} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.inReview(t)
			p.after(time.Hour, func() {
				now := p.Reread(t, session)
				require.Equal(t, models.StatusProcessing, now.Status)
				require.Equal(t, models.ReviewPending, now.Review.Status)
				require.Equal(t, "document not readable", now.Review.Reason)
				require.WithinDuration(t, began.Add(2*time.Minute+reviewTimeout), now.ExpiresAt.Time, time.Second)
				require.Equal(t, models.ReviewPending, p.state(t).Review)
				require.Contains(t, p.details(t), "review at node `human`: pending")
				require.NoError(t, p.decides(t, session, decision, "kim"))
				p.changed()
			})

			p.run(t, session)

			p.ended(t, session, want.end, time.Hour)
			now := p.Reread(t, session)
			require.Equal(t, want.review, now.Review.Status)
			require.Equal(t, "kim", *now.Review.Reviewer)
			require.Equal(t, want.events, kinds(p.EventsOf(t, session))[1:])
		})
	}
}

func kinds(events []models.Event) []models.EventType {
	all := make([]models.EventType, 0, len(events))
	for _, event := range events {
		all = append(all, event.Type)
	}
	return all
}

func TestRejectedSessionNamesItsReason(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	p.after(time.Hour, func() {
		require.NoError(t, p.decides(t, session, graph.Reject, "kim"))
		p.changed()
	})
	p.run(t, session)
	require.Equal(t, rules.ReasonReviewRejected, *p.Reread(t, session).FailureCode)
}

func TestEscalatedReviewKeepsWaiting(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	p.after(time.Hour, func() {
		require.NoError(t, p.decides(t, session, graph.Escalate, "kim"))
		require.Equal(t, models.StatusProcessing, p.Reread(t, session).Status)
		p.changed()
	})
	p.after(2*time.Hour, func() {
		require.Equal(t, models.ReviewEscalated, p.state(t).Review)
		require.NoError(t, p.decides(t, session, graph.Approve, "the boss"))
		p.changed()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 2*time.Hour)
	require.Equal(t, []models.EventType{
		models.EventReviewFlagged, models.EventReviewEscalated, models.EventReviewApproved, models.EventSessionVerified,
	}, kinds(p.EventsOf(t, session))[1:])
}

func TestTheFirstDecisionStands(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	p.after(time.Hour, func() {
		require.NoError(t, p.decides(t, session, graph.Approve, "kim"))
		require.NoError(t, p.decides(t, session, graph.Approve, "kim"), "a repeat is no second decision")
		require.Equal(t, models.CodeReviewDecided, models.CodeOf(p.decides(t, session, graph.Reject, "lee")))
		p.changed()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Hour)
	require.Len(t, p.EventsOf(t, session), 4)
}

func TestOperatorDecidesBySignal(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	p.after(time.Hour, func() {
		p.env.SignalWorkflow("review-decision", json.RawMessage(`{"decision": "approve", "reviewer": "kim"}`))
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Hour)
	audit, _, err := p.AuditLog(t.Context(), session.OrgID, store.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, "session_review.approve", audit[0].Action)
	require.Equal(t, store.ActorTemporal, audit[0].Actor)
}

// twice is a workflow with two reviews.
const twice = `{"mode": "graph", "use_case": "firearms", "graph": {"start": "doc", "nodes": {
	"doc":    {"kind": "method", "method": "document_capture", "pass": "first", "fail": "no"},
	"first":  {"kind": "review", "pass": "second", "fail": "no"},
	"second": {"kind": "review", "pass": "yes", "fail": "no"},
	"yes":    {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func TestSignalDecidesTheNamedReview(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, definition(t, twice))
	signal := func(node string) {
		p.env.SignalWorkflow(
			"review-decision",
			json.RawMessage(`{"decision": "approve", "reviewer": "kim", "node": "`+node+`"}`),
		)
	}
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })
	for hour, node := range map[int]string{1: "second", 2: "first", 3: "first", 5: "second"} {
		p.after(time.Duration(hour)*time.Hour, func() { signal(node) })
	}
	p.after(90*time.Minute, func() { require.Equal(t, "first", p.Reread(t, session).Review.Node) })
	p.after(4*time.Hour, func() {
		now := p.Reread(t, session).Review
		require.Equal(t, "second", now.Node)
		require.Equal(t, models.ReviewPending, now.Status, "sent twice, it decides once")
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 5*time.Hour)
	require.Equal(t, []models.EventType{
		models.EventReviewFlagged, models.EventReviewApproved, models.EventReviewFlagged, models.EventReviewApproved,
		models.EventSessionVerified,
	}, kinds(p.EventsOf(t, session))[1:])
}

func TestSignalWithoutADecisionIsIgnored(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]string{
		"an unknown decision": `{"decision": "shrug", "reviewer": "kim"}`,
		"nothing":             `{}`,
		"another review":      `{"decision": "approve", "node": "doc", "reviewer": "kim"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			session := p.inReview(t)
			p.after(time.Hour, func() { p.env.SignalWorkflow("review-decision", json.RawMessage(signal)) })
			p.run(t, session)
			p.ended(t, session, models.StatusExpired, 2*time.Minute+reviewTimeout)
		})
	}
}

func TestUndecidedReviewExpires(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	merchant, _ := p.merchant(t, models.EventSessionExpired)

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, 2*time.Minute+reviewTimeout)
	require.Equal(t, []models.EventType{models.EventSessionExpired}, merchant.Heard())
	require.Equal(t, models.CodeSessionTerminal, models.CodeOf(p.decides(t, session, graph.Approve, "kim")))
}

// beside is a workflow with a review next to a method that is enough by itself.
const beside = `{"mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "either", "nodes": {
	"either": {"kind": "any_of", "pass": "yes", "fail": "no", "members": [
		{"method": "mdl"},
		{"graph": {"start": "face", "nodes": {
			"face": {"kind": "method", "method": "facial_age", "pass": "human", "fail": "out"},
			"human": {"kind": "review", "reason": "looks young"}, "out": {"kind": "failed"}}}}]},
	"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func TestReviewOvertakenByAnotherMethodIsClosed(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, definition(t, beside))
	p.after(time.Minute, func() { p.submits(t, session, facial, simulated.Pass) })
	p.after(time.Hour, func() {
		now := p.Reread(t, session)
		require.Equal(t, models.ReviewPending, now.Review.Status)
		require.Equal(t, models.StatusRequiresInput, now.Status, "the user need not wait for the reviewer")
		p.submits(t, session, mdl, simulated.Pass)
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Hour)
	require.Empty(t, p.Reread(t, session).Review.Status)
	require.Equal(t, models.CodeReviewNotPending, models.CodeOf(p.decides(t, session, graph.Reject, "kim")))
}

// onward is a workflow in which an approved user has to pass one more method.
const onward = `{"mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "face", "nodes": {
	"face":  {"kind": "method", "method": "facial_age", "pass": "human", "fail": "no"},
	"human": {"kind": "review", "reason": "looks young", "pass": "doc", "fail": "no"},
	"doc":   {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"},
	"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func TestDeadlineIsExtendedAfterAReview(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, definition(t, onward))
	decided := reviewTimeout - time.Minute
	p.after(time.Minute, func() { p.submits(t, session, facial, simulated.Pass) })
	p.after(decided, func() {
		require.NoError(t, p.decides(t, session, graph.Approve, "kim"))
		require.Equal(t, models.StatusRequiresInput, p.Reread(t, session).Status)
		p.changed()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusExpired, decided+day)
	require.Equal(t, models.ReviewApproved, p.Reread(t, session).Review.Status)
}

func TestSessionVerifiedByAReviewerNamesTheReview(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.inReview(t)
	p.after(time.Hour, func() {
		require.NoError(t, p.decides(t, session, graph.Approve, "kim"))
		require.Equal(t, models.CodeReviewDecided, models.CodeOf(p.decides(t, session, graph.Approve, "lee")))
		p.changed()
	})
	p.run(t, session)
	require.Equal(t, store.PathReview, *p.Reread(t, session).VerificationPath)
}
