package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// alertingRule is an entry of alerts.yml: an alert, or a recorded series.
type alertingRule struct {
	Alert, Record, Expr string
	Labels              struct{ Severity string }
	Annotations         struct{ Summary, Runbook string }
}

func alertingRules(t *testing.T) (rules []alertingRule) {
	t.Helper()
	text, err := os.ReadFile("../deploy/prometheus/alerts.yml")
	require.NoError(t, err)
	var file struct {
		Groups []struct{ Rules []alertingRule }
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	for _, group := range file.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

func TestEveryAlertHasItsParagraphInTheRunbook(t *testing.T) {
	t.Parallel()
	runbook, err := os.ReadFile("runbook.md")
	require.NoError(t, err)
	var headings []string
	for _, match := range regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(string(runbook), -1) {
		headings = append(headings, match[1])
	}
	var alerts []string
	for _, rule := range alertingRules(t) {
		if rule.Alert == "" {
			continue
		}
		alerts = append(alerts, rule.Alert)
		require.Contains(t, []string{"page", "ticket"}, rule.Labels.Severity, rule.Alert)
		require.NotEmpty(t, rule.Annotations.Summary, rule.Alert)
		require.Equal(t, "docs/runbook.md#"+strings.ToLower(rule.Alert), rule.Annotations.Runbook)
	}
	require.Equal(t, headings, alerts, "in the order of the rules")
}

// stileMetric is a metric of Stile's own; histograms have the ending of a part.
var stileMetric = regexp.MustCompile(`\bstile_[a-z_]+`)

func TestRulesAndDashboardUseDocumentedMetrics(t *testing.T) {
	t.Parallel()
	documented := operations(t)
	dashboard, err := os.ReadFile("../deploy/grafana/dashboards/stile.json")
	require.NoError(t, err)
	require.True(t, json.Valid(dashboard))
	used := string(dashboard)
	for _, rule := range alertingRules(t) {
		used += rule.Expr + "\n"
	}
	names := stileMetric.FindAllString(used, -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, part)
		}
		require.Contains(t, documented, "`"+name+"`")
	}
}

// TestAlertsFireAsTheirTestsSay lets the tools of Prometheus check its configuration, play the tests of the alerts, and
// check the configuration of Alertmanager.
func TestAlertsFireAsTheirTestsSay(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	run := func(name string, arguments ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), filepath.Join(root, name), arguments...)
		command.Dir = root
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
	run("scripts/ensure-prometheus")
	const tools, rules = "bin/tools/prometheus/", "deploy/prometheus/"
	run(tools+"promtool", "check", "config", rules+"prometheus.yml")
	run(tools+"promtool", "test", "rules", rules+"alerts_test.yml", rules+"alerts_slow_test.yml")
	run(tools+"amtool", "check-config", "deploy/alertmanager/alertmanager.yml")
}
