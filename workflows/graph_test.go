package workflows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// walk is one session's path through a graph.
type walk struct {
	// nodes are the nodes of the graph; the first is called start.
	nodes   string
	details []scene.Detail
	// provider holds the verdicts of the provider for documents, in order; empty means that there is no provider.
	provider []string
	// moves follow one another by a minute: "mdl pass" simulates, "document_capture ask" submits to the provider, and
	// "approve" or "reject" is the reviewer's decision.
	moves []string
	// trail are the recorded steps, as written by trail.
	trail  []string
	end    models.SessionStatus
	reason rules.ReasonCode // of a failure
}

const ends = `"yes": {"kind": "verified"}, "no": {"kind": "failed"}`

// sub is a group member with its own graph.
func sub(nodes string) string {
	return `{"graph": {"start": "start", "nodes": {` + nodes + `}}}`
}

// single returns nodes that ask for one method.
func single(method rules.Method) string {
	return `"start": {"kind": "method", "method": "` + string(method) + `", "pass": "yes", "fail": "no"}, ` + ends
}

// group returns nodes that ask for any or all of the members.
func group(kind graph.Kind, members ...string) string {
	return fmt.Sprintf(`"start": {"kind": %q, "pass": "yes", "fail": "no", "members": [%s]}, %s`,
		kind, strings.Join(members, ", "), ends)
}

func (w walk) play(t *testing.T) {
	t.Helper()
	require.Equal(t, w.trail, w.walked(t))
}

// walked plays the walk to its end and returns its trail.
func (w walk) walked(t *testing.T) []string {
	t.Helper()
	p := newPlay(t)
	source := `{"mode": "graph", "use_case": "alcohol_delivery", "preferences": {"max_attempts": 1},
		"graph": {"start": "start", "nodes": {` + w.nodes + `}}}`
	session := p.Begin(t, definition(t, source), w.details...)
	var judge *provider
	if len(w.provider) > 0 {
		judge = newProvider(t, p.Scene, models.ConnectorSync, answered(w.provider)...)
	}
	for i, move := range w.moves {
		p.after(time.Duration(i+1)*time.Minute, func() { p.makes(t, session, judge, move) })
	}

	p.run(t, session)

	p.ended(t, session, w.end, time.Duration(len(w.moves))*time.Minute)
	require.Equal(t, w.reason, p.failure(t, session))
	return p.trail(t, session)
}

func answered(bodies []string) []answer {
	answers := make([]answer, 0, len(bodies))
	for _, body := range bodies {
		answers = append(answers, answer{200, body})
	}
	return answers
}

func (p *play) makes(t *testing.T, session models.Session, judge *provider, move string) {
	t.Helper()
	who, what, submits := strings.Cut(move, " ")
	switch {
	case !submits:
		require.NoError(t, p.decides(t, session, graph.Decision(who), "kim"))
		p.changed()
	case what == "ask":
		p.submitsTo(t, judge, session)
	default:
		p.submits(t, session, rules.Method(who), what)
	}
}

// trail returns the steps of the session: "doc #2 passed", "risky case 1: true", "human approve".
func (p *play) trail(t *testing.T, session models.Session) []string {
	t.Helper()
	steps, err := p.Steps(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	lines := []string{}
	for _, s := range steps[session.ID] {
		lines = append(lines, s.Node+" "+happened(t, s.Detail.V))
	}
	return lines
}

func happened(t *testing.T, d models.StepDetail) string {
	t.Helper()
	switch {
	case d.MethodResult != nil:
		line := fmt.Sprintf("#%d %s", d.MethodResult.Attempt, d.MethodResult.Outcome)
		if len(d.MethodResult.ReasonCodes) > 0 {
			line += fmt.Sprintf(" %v", d.MethodResult.ReasonCodes)
		}
		return line
	case d.Branch != nil:
		told := "default: "
		if d.Branch.Case != graph.DefaultCase {
			told = fmt.Sprintf("case %d: ", d.Branch.Case+1)
		}
		require.True(t, strings.HasPrefix(d.Reason, told), "the reason is that of the case which was taken")
		return d.Reason
	default:
		return string(d.Review.Decision)
	}
}

func (p *play) failure(t *testing.T, session models.Session) rules.ReasonCode {
	t.Helper()
	code := p.Reread(t, session).FailureCode
	if code == nil {
		return ""
	}
	return *code
}

const (
	verified = models.StatusVerified
	failed   = models.StatusFailed
	refused  = rules.ReasonSimulatedFailure
)

func TestEveryKindOfNodeLeadsOn(t *testing.T) {
	t.Parallel()
	twoMethods := `"start": {"kind": "%s", "methods": ["mdl", "facial_age"], "pass": "yes", "fail": "no"}, ` + ends
	twoGraphs := func(kind graph.Kind) string {
		return group(kind, sub(single(mdl)), sub(
			`"start": {"kind": "method", "method": "document_capture", "pass": "selfie", "fail": "no"},
			"selfie": {"kind": "method", "method": "selfie_match", "pass": "yes", "fail": "no"}, `+ends))
	}
	look := `"start": {"kind": "method", "method": "mid", "pass": "human", "fail": "no"}, `
	lookToEnds := look + `"human": {"kind": "review", "pass": "yes", "fail": "no"}, ` + ends
	lookEnds := look + `"human": {"kind": "review"}, "no": {"kind": "failed"}`
	besideLook := func(kind graph.Kind) string { return group(kind, `{"method": "document_capture"}`, sub(lookEnds)) }
	// A document, and also either a wallet or both a face and a review.
	deep := group(graph.AllOf, `{"method": "document_capture"}`, sub(group(graph.AnyOf, sub(single(mdl)),
		sub(group(graph.AllOf, `{"method": "facial_age"}`, sub(lookToEnds))))))
	for name, w := range map[string]walk{
		"a method passes": {
			nodes: single(mdl), moves: []string{"mdl pass"}, trail: []string{"start #1 passed"}, end: verified,
		},
		"a method is exhausted": {
			nodes: `"start": {"kind": "method", "method": "mdl", "max_attempts": 2, "pass": "yes", "fail": "no"}, ` + ends,
			moves: []string{"mdl fail", "mdl error", "mdl fail"},
			trail: []string{
				"start #1 failed [simulated_failure]", "start #2 error [method_error]", "start #3 failed [simulated_failure]",
			},
			end: failed, reason: refused,
		},
		"a method leads to another": {
			nodes: `"start": {"kind": "method", "method": "mdl", "pass": "yes", "fail": "doc"},
				"doc": {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"}, ` + ends,
			moves: []string{"mdl fail", "document_capture pass"},
			trail: []string{"start #1 failed [simulated_failure]", "doc #1 passed"}, end: verified,
		},
		"any_of methods: the first to pass is enough": {
			nodes: fmt.Sprintf(twoMethods, graph.AnyOf), moves: []string{"facial_age pass"},
			trail: []string{"start.facial_age #1 passed"}, end: verified,
		},
		"any_of methods: one is exhausted, the other goes on": {
			nodes: fmt.Sprintf(twoMethods, graph.AnyOf), moves: []string{"mdl fail", "facial_age pass"},
			trail: []string{"start.mdl #1 failed [simulated_failure]", "start.facial_age #1 passed"}, end: verified,
		},
		"any_of methods: all are exhausted": {
			nodes: fmt.Sprintf(twoMethods, graph.AnyOf), moves: []string{"mdl fail", "facial_age fail"},
			trail: []string{
				"start.mdl #1 failed [simulated_failure]", "start.facial_age #1 failed [simulated_failure]",
			},
			end: failed, reason: refused,
		},
		"all_of methods: every one is asked for": {
			nodes: fmt.Sprintf(twoMethods, graph.AllOf), moves: []string{"facial_age pass", "mdl pass"},
			trail: []string{"start.facial_age #1 passed", "start.mdl #1 passed"}, end: verified,
		},
		"all_of methods: the first to be exhausted fails it": {
			nodes: fmt.Sprintf(twoMethods, graph.AllOf), moves: []string{"mdl fail"},
			trail: []string{"start.mdl #1 failed [simulated_failure]"}, end: failed, reason: refused,
		},
		"any_of graphs: one that is half-way waits for nobody once the other has passed": {
			nodes: twoGraphs(graph.AnyOf), moves: []string{"document_capture pass", "mdl pass"},
			trail: []string{"start.1.start #1 passed", "start.0.start #1 passed"}, end: verified,
		},
		"any_of graphs: a step is exhausted, the other graph goes on": {
			nodes: twoGraphs(graph.AnyOf), moves: []string{"mdl fail", "document_capture pass", "selfie_match pass"},
			trail: []string{
				"start.0.start #1 failed [simulated_failure]", "start.1.start #1 passed", "start.1.selfie #1 passed",
			},
			end: verified,
		},
		"any_of graphs: each has a step that is exhausted": {
			nodes: twoGraphs(graph.AnyOf), moves: []string{"document_capture pass", "selfie_match fail", "mdl fail"},
			trail: []string{
				"start.1.start #1 passed", "start.1.selfie #1 failed [simulated_failure]",
				"start.0.start #1 failed [simulated_failure]",
			},
			end: failed, reason: refused,
		},
		"all_of graphs: every one is walked to its end": {
			nodes: twoGraphs(graph.AllOf), moves: []string{"document_capture pass", "mdl pass", "selfie_match pass"},
			trail: []string{"start.1.start #1 passed", "start.0.start #1 passed", "start.1.selfie #1 passed"}, end: verified,
		},
		"all_of graphs: a step that is exhausted fails it": {
			nodes: twoGraphs(graph.AllOf), moves: []string{"document_capture pass", "selfie_match fail"},
			trail: []string{"start.1.start #1 passed", "start.1.selfie #1 failed [simulated_failure]"},
			end:   failed, reason: refused,
		},
		"a review is approved": {
			nodes: lookToEnds, moves: []string{"mid pass", "approve"},
			trail: []string{"start #1 passed", "human approve"}, end: verified,
		},
		"a review is rejected": {
			nodes: lookToEnds, moves: []string{"mid pass", "reject"},
			trail: []string{"start #1 passed", "human reject"}, end: failed, reason: rules.ReasonReviewRejected,
		},
		"a review without targets is approved, and ends the session": {
			nodes: lookEnds, moves: []string{"mid pass", "approve"},
			trail: []string{"start #1 passed", "human approve"}, end: verified,
		},
		"a review without targets is rejected, and ends the session": {
			nodes: lookEnds, moves: []string{"mid pass", "reject"},
			trail: []string{"start #1 passed", "human reject"}, end: failed, reason: rules.ReasonReviewRejected,
		},
		"a review in an all_of is approved before the user is done": {
			nodes: besideLook(graph.AllOf), moves: []string{"mid pass", "approve", "document_capture pass"},
			trail: []string{"start.1.start #1 passed", "start.1.human approve", "start.document_capture #1 passed"},
			end:   verified,
		},
		"a review in an all_of is rejected, whatever the user still had to do": {
			nodes: besideLook(graph.AllOf), moves: []string{"mid pass", "reject"},
			trail: []string{"start.1.start #1 passed", "start.1.human reject"},
			end:   failed, reason: rules.ReasonReviewRejected,
		},
		"a review in an any_of is approved": {
			nodes: besideLook(graph.AnyOf), moves: []string{"mid pass", "approve"},
			trail: []string{"start.1.start #1 passed", "start.1.human approve"}, end: verified,
		},
		"a review in an any_of is rejected, and the user goes on": {
			nodes: besideLook(graph.AnyOf), moves: []string{"mid pass", "reject", "document_capture pass"},
			trail: []string{"start.1.start #1 passed", "start.1.human reject", "start.document_capture #1 passed"},
			end:   verified,
		},
		"a branch leads to the end verified": {
			nodes: asked("true"), moves: []string{"mdl pass"},
			trail: []string{"start.mdl #1 passed", "asked case 1: true"}, end: verified,
		},
		"a branch leads to the end failed, for which no method has a reason": {
			nodes: asked("false"), moves: []string{"mdl pass"},
			trail: []string{"start.mdl #1 passed", "asked default: no condition is true"},
			end:   failed, reason: rules.ReasonWorkflowRule,
		},
		"a branch after a review sees the decision": {
			nodes: look + `"human": {"kind": "review", "pass": "asked", "fail": "asked"},
				"asked": {"kind": "branch", "default": "no", "cases": [{"next": "no", "when": "previous.outcome == 'passed'"},
					{"next": "doc", "when": "'review_rejected' in previous.reason_codes && previous.method == ''"}]},
				"doc": {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"}, ` + ends,
			moves: []string{"mid pass", "reject", "document_capture pass"},
			trail: []string{
				"start #1 passed", "human reject",
				"asked case 2: 'review_rejected' in previous.reason_codes && previous.method == ''", "doc #1 passed",
			},
			end: verified,
		},
		"a branch in a graph sees the step before it there, not the last one elsewhere": {
			nodes: group(graph.AllOf, sub(`"start": {"kind": "method", "method": "mdl", "pass": "asked", "fail": "asked"},
				"asked": {"kind": "branch", "cases": [{"when": "previous.method == 'mdl' && previous.outcome == 'failed'",
					"next": "face"}], "default": "no"},
				"face": {"kind": "method", "method": "facial_age", "pass": "again", "fail": "no"},
				"again": {"kind": "branch", "cases": [{"when": "previous.method == 'facial_age'", "next": "yes"}],
					"default": "no"}, `+ends), `{"method": "document_capture"}`),
			moves: []string{"mdl fail", "document_capture pass", "facial_age pass"},
			trail: []string{
				"start.0.start #1 failed [simulated_failure]",
				"start.0.asked case 1: previous.method == 'mdl' && previous.outcome == 'failed'",
				"start.document_capture #1 passed", "start.0.face #1 passed",
				"start.0.again case 1: previous.method == 'facial_age'",
			},
			end: verified,
		},
		"three deep: by the short way": {
			nodes: deep, moves: []string{"mdl pass", "document_capture pass"},
			trail: []string{"start.1.start.0.start #1 passed", "start.document_capture #1 passed"}, end: verified,
		},
		"three deep: by the long way": {
			nodes: deep, moves: []string{"mdl fail", "mid pass", "facial_age pass", "approve", "document_capture pass"},
			trail: []string{
				"start.1.start.0.start #1 failed [simulated_failure]", "start.1.start.1.start.1.start #1 passed",
				"start.1.start.1.start.facial_age #1 passed", "start.1.start.1.start.1.human approve",
				"start.document_capture #1 passed",
			},
			end: verified,
		},
		"three deep: what fails at the bottom is made good half-way up": {
			nodes: deep, moves: []string{"mid pass", "reject", "mdl pass", "document_capture pass"},
			trail: []string{
				"start.1.start.1.start.1.start #1 passed", "start.1.start.1.start.1.human reject",
				"start.1.start.0.start #1 passed", "start.document_capture #1 passed",
			},
			end: verified,
		},
		"three deep: what fails at the bottom fails all, where nothing else is left": {
			nodes: deep, moves: []string{"mdl fail", "facial_age fail"},
			trail: []string{
				"start.1.start.0.start #1 failed [simulated_failure]",
				"start.1.start.1.start.facial_age #1 failed [simulated_failure]",
			},
			end: failed, reason: refused,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.play(t)
		})
	}
}

// asked returns nodes that verify if the condition is true after the user has passed or failed, and fail otherwise.
func asked(when string) string {
	condition, _ := json.Marshal(when)
	return fmt.Sprintf(`"start": {"kind": "any_of", "pass": "asked", "fail": "asked", "members": [
		{"method": "mdl"}, {"method": "document_capture", "max_attempts": 2}]},
		"asked": {"kind": "branch", "cases": [{"when": %s, "next": "yes"}], "default": "no"}, `, condition) + ends
}

// told is a walk in which a provider gives the verdicts on the document.
func told(verdicts ...string) walk {
	w := walk{provider: verdicts}
	for range verdicts {
		w.moves = append(w.moves, "document_capture ask")
	}
	return w
}

// after is a walk with these moves and session details.
func after(moves string, details ...scene.Detail) walk {
	return walk{moves: strings.Split(moves, ", "), details: details}
}

func tier(years int) scene.Detail {
	return func(n *store.NewSession) { n.Session.AgeTier = rules.MinAge(years) }
}

func in(j rules.Jurisdiction) scene.Detail {
	return func(n *store.NewSession) { n.Session.Jurisdiction = j }
}

func TestABranchReadsEveryVariable(t *testing.T) {
	t.Parallel()
	bothFail := "mdl fail, document_capture fail, document_capture fail"
	newcomer, nothing := with(map[string]string{"tier": "new"}), with(nil)
	for when, so := range map[string]struct{ isTrue, isFalse walk }{
		"previous.method == 'mdl'":                     {after("mdl pass"), after("document_capture pass")},
		"previous.outcome == 'failed'":                 {after(bothFail), after("mdl pass")},
		"'simulated_failure' in previous.reason_codes": {after(bothFail), after("document_capture fail, mdl pass")},
		"previous.attempts == 2": {
			after("document_capture error, document_capture pass"), after("document_capture fail, mdl pass"),
		},
		"risk.level == ''":      {after("mdl pass"), told(risky(0))},
		"risk.level == 'high'":  {told(risky(70)), told(risky(69))},
		"risk.score == 81":      {told(risky(81)), told(risky(80))},
		"risk.score == 90":      {told(unclear(90), risky(10)), told(risky(10))},
		"'vpn' in risk.signals": {told(risky(1, "new", "vpn")), told(risky(99, "new"))},
		"'vpn' in risk.signals && 'new' in risk.signals": {
			told(unclear(5, "vpn"), risky(5, "new")), told(risky(5, "vpn")),
		},
		"age_tier == 'min_age_21'":                          {after("mdl pass"), after("mdl pass", tier(18))},
		"jurisdiction == 'US-CA'":                           {after("mdl pass"), after("mdl pass", in("US-NY"))},
		"metadata.tier == 'vip'":                            {after("mdl pass", vip), after("mdl pass", newcomer)},
		"metadata['tier'] == 'vip'":                         {after("mdl pass", vip), after("mdl pass", nothing)},
		"metadata.tier != 'vip'":                            {after("mdl pass", nothing), after("mdl pass", vip)},
		"has(metadata.tier)":                                {after("mdl pass", newcomer), after("mdl pass", nothing)},
		"metadata.tier == 'vip' || jurisdiction == 'US-CA'": {after("mdl pass", nothing), after("mdl pass", in("DE"))},
	} {
		t.Run(when+": true", func(t *testing.T) {
			t.Parallel()
			so.isTrue.branches(t, when, "asked case 1: "+when, verified, "")
		})
		t.Run(when+": false", func(t *testing.T) {
			t.Parallel()
			so.isFalse.branches(t, when, "asked default: no condition is true", failed, rules.ReasonWorkflowRule)
		})
	}
}

// risky is a provider's verdict that passes and reports a risk; unclear is one that asks for more input.
func risky(score int, signals ...string) string { return verdictOf("passed", "[]", score, signals) }

func unclear(score int, signals ...string) string {
	return verdictOf("requires_input", `["more_input_needed"]`, score, signals)
}

func verdictOf(outcome, reasons string, score int, signals []string) string {
	named, _ := json.Marshal(append([]string{}, signals...))
	return fmt.Sprintf(`{"outcome": %q, "reason_codes": %s, "risk": {"score": %d, "signals": %s}}`,
		outcome, reasons, score, named)
}

// branches plays the moves up to a branch on the condition and checks the branch's step, which is the last.
func (w walk) branches(t *testing.T, when, last string, end models.SessionStatus, reason rules.ReasonCode) {
	t.Helper()
	w.nodes, w.end, w.reason = asked(when), end, reason
	trail := w.walked(t)
	require.Len(t, trail, len(w.moves)+1)
	require.Equal(t, last, trail[len(w.moves)])
}
