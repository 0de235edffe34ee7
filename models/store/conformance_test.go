package store_test

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// A scenario states one rule that every backend must keep. Its name is that of its function.
type scenario func(t *testing.T, f *fixture)

// areas are the whole suite. Each scenario is defined in the file of its area.
var areas = map[string][]scenario{
	"migrations":     migrationScenarios,
	"organizations":  organizationScenarios,
	"keys":           keyScenarios,
	"workflows":      workflowScenarios,
	"sessions":       sessionScenarios,
	"quota":          quotaScenarios,
	"changes":        changeScenarios,
	"outages":        {closedStoreIsUnavailable, requestsGoOnWhileAMigrationRuns},
	"expiry":         expiryScenarios,
	"keys in use":    keyProofScenarios,
	"readiness":      readinessScenarios,
	"openings":       openingScenarios,
	"submissions":    submissionScenarios,
	"verdicts":       verdictScenarios,
	"handoff offers": handoffOfferScenarios,
	"handoff urls":   handoffURLScenarios,
	"embed origins":  embedOriginScenarios,
	"branding":       brandingScenarios,
	"reviews":        reviewScenarios,
	"persons":        personScenarios,
	"trust":          trustScenarios,
	"backtests":      backtestScenarios,
	"nudges":         nudgeScenarios,
	"sweeps":         sweepScenarios,
	"retention":      retentionScenarios,
	"histories":      historyScenarios,
	"biometrics":     biometricScenarios,
	"endpoints":      endpointScenarios,
	"gone endpoints": goneScenarios,
	"closing":        closingScenarios,
	"connectors":     connectorScenarios,
	"deliveries":     deliveryScenarios,
	"exchanges":      exchangeScenarios,
	"recoveries":     recoveryScenarios,
	"events":         eventScenarios,
	"pages":          pageScenarios,
	"handoffs":       handoffScenarios,
	"handoff races":  handoffRaceScenarios,
	"transfers":      transferScenarios,
	"uploads":        uploadScenarios,
	"upload pieces":  pieceScenarios,
	"challenges":     challengeScenarios,
	"warm":           warmScenarios,
	"guardians":      guardianScenarios,
	"mails":          mailScenarios,
	"mailed codes":   challengeCodeScenarios,
	"email codes":    emailCodeScenarios,
	"idempotency":    idempotencyScenarios,
	"rates":          rateScenarios,
	"risk":           riskScenarios,
	"scores":         scoreScenarios,
	"notifier":       notifierScenarios,
	"notes":          toldScenarios,
	"sealing":        sealingScenarios,
}

// TestConformance runs every scenario on every backend, and each backend's own ones:
// TestConformance/<backend>/<area>/<scenario>.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			t.Run("own", func(t *testing.T) {
				t.Parallel()
				runAll(t, b, b.own)
			})
			for area, scenarios := range areas {
				t.Run(area, func(t *testing.T) {
					t.Parallel()
					runAll(t, b, scenarios)
				})
			}
		})
	}
}

func runAll(t *testing.T, b backend, scenarios []scenario) {
	t.Helper()
	for _, run := range scenarios {
		t.Run(nameOf(run), func(t *testing.T) {
			t.Parallel()
			run(t, newFixture(t, b))
		})
	}
}

func nameOf(s scenario) string {
	full := runtime.FuncForPC(reflect.ValueOf(s).Pointer()).Name()
	return full[strings.LastIndex(full, ".")+1:]
}
