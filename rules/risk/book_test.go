package risk_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/risk"
)

func shippedText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("risk.yaml")
	require.NoError(t, err)
	return string(text)
}

func TestShippedBookIsRead(t *testing.T) {
	t.Parallel()
	book, err := risk.Shipped()
	require.NoError(t, err)
	require.Regexp(t, `^20\d\d-\d\d-\d\d$`, book.Version())
}

func TestBookSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	text := shippedText(t)
	for want, broken := range map[string]string{
		"is empty":                           "",
		"version must have":                  strings.Replace(text, `version: "2026-11-28"`, "", 1),
		"more than one document":             text + "\n---\nversion: b\n",
		"signals.tor_network is missing":     strings.Replace(text, "  tor_network:", "  onion_network:", 1),
		"signals.second: there is no such":   text + "  second: {group: velocity, weight: 1, reason: none}\n",
		"signals.voip_phone.weight is miss":  strings.Replace(text, "    weight: 20\n    reason: Ph", "    reason: Ph", 1),
		"signals.tor_network.weight must be": strings.Replace(text, "weight: 45", "weight: 101", 1),
		"signals.shared_device.persons must": strings.Replace(text, "persons: 3", "persons: 1", 1),
		"signals.velocity_ip.per_hour must":  strings.Replace(text, "per_hour: 30", "per_hour: 0", 1),
		"signals.geo_mismatch.other_country": strings.Replace(text, "    other_country: 40\n", "", 1),
		"signals.vpn_network.persons: the s": strings.Replace(text, "weight: 25", "weight: 25\n    persons: 3", 1),
		"signals.hosting_network.group must": strings.Replace(text, "group: ip_analysis", "group: ip", 1),
		"signals.hosting_network.reason mus": strings.Replace(text, "reason: IP address belongs to a hosting network", `reason: ""`, 1),
		"field wait not found":               strings.Replace(text, "weight: 45", "wait: 45", 1),
		"cannot unmarshal":                   strings.Replace(text, "weight: 45", "weight: heavy", 1),
	} {
		require.NotEqual(t, text, broken, want)
		_, err := risk.Parse([]byte(broken))
		require.ErrorContains(t, err, want)
	}
}

func TestOperatorsWeightsCount(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("weight: 45", "weight: 7", `"2026-11-28"`, "ours-2").Replace(shippedText(t))
	book, err := risk.Parse([]byte(text))
	require.NoError(t, err)
	a := book.Assess(risk.Evidence{Networks: []risk.Network{risk.Tor}})
	require.Equal(t, 7, a.Score)
	require.Equal(t, "ours-2", a.Version)
}
