package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/data"
)

// rulesWith returns a folder of the shipped rules with one passage of a file changed.
func rulesWith(t *testing.T, file, old, changed string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	require.NoError(t, os.CopyFS(folder, data.FS))
	path := filepath.Join(folder, file)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), old))
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, changed, 1)), 0o600))
	return folder
}

// alcoholDelivery is the beginning of California's entry.
const alcoholDelivery = "alcohol_delivery:\n    - effective_from: 1933-12-05\n      rule_version: 2026-04-02\n" +
	"      required_age_tier: min_age_21\n"

// stricterCalifornia returns rules under which alcohol is delivered from the age of 25, with a document only.
func stricterCalifornia(t *testing.T) (folder string) {
	t.Helper()
	return rulesWith(t, "US-CA.yaml", alcoholDelivery,
		strings.NewReplacer("2026-04-02", "2026-05-01", "min_age_21", "min_age_25").Replace(alcoholDelivery)+
			"      allowed_methods: [document_capture]\n")
}

const alcoholThere = "use_cases=alcohol_delivery&jurisdiction="

func rulesFolderTakesOver(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodMDL, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	changed := m.at(s.replica(t, app.Options{API: true}, under(stricterCalifornia(t))))
	rule := changed.check(t, alcoholThere+"US-CA").at("results", 0)
	require.Subset(t, rule, map[string]any{
		"required_age_tier": "min_age_25", "allowed_methods": []any{"document_capture"}, "rule_version": "2026-05-01",
	})
	require.Equal(
		t,
		m.check(t, alcoholThere+"US-NV").raw,
		changed.check(t, alcoholThere+"US-NV").raw,
		"nothing else changes",
	)

	v := changed.create(t, nil)
	created := v.get(t)
	require.Equal(t, []any{"document_capture"}, created.json["methods"])
	require.Equal(t, "min_age_25", created.text("age_tier"))
	v.pass(t, "document_capture")
	require.Equal(t, rule, hook.next(t, "verification_session.verified").data()["compliance"])
}

func sessionKeepsItsRule(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodMDL, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	v := m.create(t, nil)
	before := v.get(t)
	changed := m.at(s.replica(t, app.Options{API: true}, under(stricterCalifornia(t))))

	elsewhere := session{id: v.id, merchant: changed.client, user: changed.as(v.user.credential)}
	require.Equal(t, before.json, elsewhere.get(t).json)
	require.NotEmpty(t, v.explained(t).at("compliance", "explain"))
	require.Equal(t, v.explained(t).raw, elsewhere.explained(t).raw, "what led to it then")
	elsewhere.open(t)
	elsewhere.simulate(t, "mdl", "pass")
	v.until(t, "verified")
	verified := hook.next(t, "verification_session.verified").data()
	require.Equal(t, "mdl", verified["verification_path"], "which the new rule does not allow")
	require.Equal(t, "min_age_21", verified["age_tier"])
	require.Equal(t, before.json["compliance"], verified["compliance"])
}

func faultyFolderStopsTheStart(t *testing.T, s *stack) {
	unknownTier := rulesWith(
		t,
		"US-CA.yaml",
		alcoholDelivery,
		strings.Replace(alcoholDelivery, "min_age_21", "min_age_22", 1),
	)
	serve := s.operator(t, "serve")
	serve.Env = append(serve.Env, "STILE_RULES_DIR="+unknownTier, "STILE_LISTEN=127.0.0.1:0")
	out, err := serve.CombinedOutput()
	require.Error(t, err)
	for _, part := range []string{"stile: STILE_RULES_DIR", "US-CA.yaml", "rules.alcohol_delivery[0].required_age_tier"} {
		require.Contains(t, string(out), part)
	}
	require.Equal(t, 1, serve.ProcessState.ExitCode())
}
