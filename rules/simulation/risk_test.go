package simulation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// byRisk has a branch before the document and one after it.
const byRisk = `{"start": "face", "nodes": {
	"face":   {"kind": "method", "method": "facial_age", "pass": "before", "fail": "no"},
	"before": {"kind": "branch", "cases": [{"when": "risk.level == 'high'", "next": "no"}], "default": "doc"},
	"doc":    {"kind": "method", "method": "document_capture", "pass": "after", "fail": "no"},
	"after":  {"kind": "branch", "cases": [
		{"when": "risk.score == 80 && risk.level == 'high' && risk.signals == ['vpn', 'new_device']", "next": "human"},
		{"when": "risk.level == 'high'", "next": "no"}], "default": "yes"},
	"human":  {"kind": "review", "reason": "risky"},
	"yes":    {"kind": "verified"}, "no": {"kind": "failed"}}}`

func TestRiskOfAVerdictCountsForLaterBranches(t *testing.T) {
	t.Parallel()
	const toDoc = "before → doc (default: no condition is true)"
	const toHuman = "after → human " +
		"(case 1: risk.score == 80 && risk.level == 'high' && risk.signals == ['vpn', 'new_device'])"
	for why, c := range map[string]struct {
		script string
		want   []string
	}{
		"no verdict has a risk": {
			`{"results": [{"node": "face", "outcome": "passed"}, {"node": "doc", "outcome": "passed"}]}`,
			[]string{"face #1 passed", toDoc, "doc #1 passed", "after → yes (default: no condition is true)", "yes verified"},
		},
		"the branch after the verdict reads it": {
			`{"results": [{"node": "face", "outcome": "passed", "risk": {"score": 70}}]}`,
			[]string{"face #1 passed", "before → no (case 1: risk.level == 'high')", "no failed"},
		},
		"the branch before the verdict does not": {
			`{"results": [{"node": "face", "outcome": "passed"}, {"node": "doc", "outcome": "passed", "risk": {"score": 70}}]}`,
			[]string{"face #1 passed", toDoc, "doc #1 passed", "after → no (case 2: risk.level == 'high')", "no failed"},
		},
		"the highest score counts, and every signal, of verdicts that did not pass too": {
			`{"results": [{"node": "face", "outcome": "passed", "risk": {"score": 20, "signals": ["vpn"]}},
				{"node": "doc", "outcome": "error", "risk": {"score": 80, "signals": ["new_device", "vpn"]}},
				{"node": "doc", "outcome": "passed", "risk": {"score": 0}}]}`,
			[]string{"face #1 passed", toDoc, "doc #1 error", "doc #2 passed", toHuman, "waits for review human #0"},
		},
		"a verdict raises the risk of the script": {
			`{"variables": {"risk": {"level": "low", "score": 10, "signals": ["vpn"]}},
				"results": [{"node": "face", "outcome": "passed"}, {"node": "doc", "outcome": "passed",
				"risk": {"score": 80, "signals": ["new_device"]}}]}`,
			[]string{"face #1 passed", toDoc, "doc #1 passed", toHuman, "waits for review human #0"},
		},
		"a verdict does not lower the level of the script": {
			`{"variables": {"risk": {"level": "high"}}, "results": [{"node": "face", "outcome": "passed", "risk": {"score": 1}}]}`,
			[]string{"face #1 passed", "before → no (case 1: risk.level == 'high')", "no failed"},
		},
		"the risk of an unused result does not count": {
			`{"results": [{"node": "face", "outcome": "passed"}, {"method": "mdl", "outcome": "passed", "risk": {"score": 70}},
				{"node": "doc", "outcome": "passed"}]}`,
			[]string{"face #1 passed", toDoc, "doc #1 passed", "after → yes (default: no condition is true)", "yes verified"},
		},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, describe(run(t, byRisk, c.script)))
		})
	}
}
