package docs_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/internal/testkit"
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

// ensurePrometheus fetches the tools of Prometheus once for all tests.
var ensurePrometheus = sync.OnceValue(func() error {
	output, err := exec.Command("../scripts/ensure-prometheus").CombinedOutput()
	if err != nil {
		return fmt.Errorf("ensure-prometheus: %w: %s", err, output)
	}
	return nil
})

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
	require.NoError(t, ensurePrometheus())
	const tools, rules = "bin/tools/prometheus/", "deploy/prometheus/"
	run(tools+"promtool", "check", "config", rules+"prometheus.yml")
	run(tools+"promtool", "test", "rules", rules+"alerts_test.yml", rules+"alerts_slow_test.yml")
	run(tools+"amtool", "check-config", "deploy/alertmanager/alertmanager.yml")
}

// tryAlerts starts scripts/try-alerts with a job, and returns the lines that it prints.
func tryAlerts(t *testing.T, job string) <-chan string {
	t.Helper()
	require.NoError(t, ensurePrometheus())
	// Below the ports that the kernel gives to clients, so that none of them takes it meanwhile.
	listen := fmt.Sprintf("127.0.0.1:%d", 20000+os.Getpid()%10000)
	command := exec.CommandContext(t.Context(), "../scripts/try-alerts", job)
	command.Env = append(os.Environ(), "TRY_ALERTS_LISTEN="+listen)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) } // it stops Prometheus
	command.Stderr = t.Output()
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := make(chan string)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for scan := bufio.NewScanner(output); scan.Scan(); {
			select {
			case lines <- scan.Text():
			case <-t.Context().Done():
			}
		}
		_ = command.Wait()
	}()
	t.Cleanup(func() { <-ended })
	return lines
}

// awaitLine returns once a line has the text.
func awaitLine(t *testing.T, lines <-chan string, text string) {
	t.Helper()
	for !strings.Contains(testkit.Receive(t, lines), text) {
	}
}

func TestTryAlertsReportsThatAnAlertFiresAndEnds(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	temporal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(temporal.Close)
	lines := tryAlerts(t, "temporal="+temporal.Listener.Addr().String())

	awaitLine(t, lines, "fires StileTemporalAbsent: No Temporal server answers")
	up.Store(true)
	awaitLine(t, lines, "ended StileTemporalAbsent")
}
