package risk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

func shipped(t *testing.T) *risk.Book {
	t.Helper()
	book, err := risk.Shipped()
	require.NoError(t, err)
	return book
}

func TestEvidenceGivesSignals(t *testing.T) {
	t.Parallel()
	book := shipped(t)
	limit := func(k risk.Identifier, hour, day int) map[risk.Identifier]risk.Count {
		return map[risk.Identifier]risk.Count{k: {Hour: hour, Day: day}}
	}
	for _, c := range []struct {
		evidence risk.Evidence
		score    int
		signals  []risk.Signal
	}{
		{risk.Evidence{}, 0, nil},
		{risk.Evidence{Networks: []risk.Network{risk.Hosting}}, 20, []risk.Signal{risk.HostingNetwork}},
		{
			risk.Evidence{Networks: []risk.Network{risk.Tor, risk.Proxy}}, 75,
			[]risk.Signal{risk.ProxyNetwork, risk.TorNetwork},
		},
		{risk.Evidence{Networks: []risk.Network{risk.VPN}}, 25, []risk.Signal{risk.VPNNetwork}},
		{risk.Evidence{Claimed: "US-CA", Place: "US-NV"}, 18, []risk.Signal{risk.GeoMismatch}},
		{risk.Evidence{Claimed: "US-CA", Place: "US"}, 0, nil},
		{risk.Evidence{Claimed: "US", Place: "US-CA"}, 0, nil},
		{risk.Evidence{Claimed: "DE"}, 0, nil},
		{risk.Evidence{Claimed: "US-CA", Place: "DE"}, 40, []risk.Signal{risk.GeoMismatch}},
		{risk.Evidence{Delivery: "US-OR", Place: "US-CA"}, 18, []risk.Signal{risk.GeoMismatch}},
		{risk.Evidence{Desktop: "US-CA", Place: "US-NY"}, 0, nil},
		{risk.Evidence{Desktop: "US-CA", Place: "CA-ON"}, 40, []risk.Signal{risk.DistantDevice}},
		{risk.Evidence{Place: "DE", TimeZone: "Europe/Berlin"}, 0, nil},
		{risk.Evidence{Place: "DE", TimeZone: "America/New_York"}, 10, []risk.Signal{risk.TimeZoneMismatch}},
		{risk.Evidence{Place: "IN", TimeZone: "Asia/Calcutta"}, 0, nil},
		{risk.Evidence{Place: "DE", TimeZone: "UTC"}, 0, nil},
		{risk.Evidence{Place: "DE", TimeZone: "Mars/Olympus"}, 0, nil},
		{risk.Evidence{TimeZone: "America/New_York"}, 0, nil},
		{risk.Evidence{Place: "DE", Languages: []string{"vi-VN"}}, 5, []risk.Signal{risk.LanguageMismatch}},
		{risk.Evidence{Place: "DE", Languages: []string{"vi-VN", "de-AT"}}, 0, nil},
		{risk.Evidence{Place: "DE", Languages: []string{"en-GB"}}, 0, nil},
		{risk.Evidence{Place: "DE", Languages: []string{"vi-DE"}}, 0, nil},
		{risk.Evidence{Place: "DE", Languages: []string{"!"}}, 0, nil},
		{risk.Evidence{Email: risk.Email{Disposable: true}}, 35, []risk.Signal{risk.DisposableEmail}},
		{risk.Evidence{Email: risk.Email{DomainInvalid: true}}, 30, []risk.Signal{risk.EmailDomainInvalid}},
		{risk.Evidence{Email: risk.Email{NoMail: true}}, 30, []risk.Signal{risk.EmailDomainNoMail}},
		{risk.Evidence{Email: risk.Email{Unlikely: true}}, 12, []risk.Signal{risk.UnlikelyMailbox}},
		{risk.Evidence{Phone: risk.Phone{Invalid: true}}, 30, []risk.Signal{risk.PhoneInvalid}},
		{risk.Evidence{Phone: risk.Phone{Country: "DE"}, Claimed: "US-CA"}, 15, []risk.Signal{risk.PhoneCountryMismatch}},
		{risk.Evidence{Phone: risk.Phone{Country: "US"}, Claimed: "US-CA"}, 0, nil},
		{risk.Evidence{Phone: risk.Phone{Country: "US"}}, 0, nil},
		{risk.Evidence{Phone: risk.Phone{VoIP: true}}, 20, []risk.Signal{risk.VoIPPhone}},
		{risk.Evidence{Phone: risk.Phone{Service: true}}, 25, []risk.Signal{risk.ServicePhone}},
		{risk.Evidence{Persons: 2}, 0, nil},
		{risk.Evidence{Persons: 3}, 25, []risk.Signal{risk.SharedDevice}},
		{risk.Evidence{Counts: limit(risk.IP, 30, 150)}, 0, nil},
		{risk.Evidence{Counts: limit(risk.IP, 31, 31)}, 20, []risk.Signal{risk.VelocityIP}},
		{risk.Evidence{Counts: limit(risk.IP, 1, 151)}, 20, []risk.Signal{risk.VelocityIP}},
		{risk.Evidence{Counts: limit(risk.Mailbox, 7, 7)}, 20, []risk.Signal{risk.VelocityEmail}},
		{risk.Evidence{Counts: limit(risk.Number, 7, 7)}, 20, []risk.Signal{risk.VelocityPhone}},
		{risk.Evidence{Counts: limit(risk.DeviceID, 11, 11)}, 20, []risk.Signal{risk.VelocityDevice}},
	} {
		a := book.Assess(c.evidence)
		require.Equal(t, c.score, a.Score, "%+v", c.evidence)
		require.Equal(t, append([]risk.Signal{}, c.signals...), a.Triggered, "%+v", c.evidence)
		require.Len(t, a.Reasons, len(c.signals))
		require.Len(t, a.Details, len(c.signals))
	}
}

func TestCountsUpToTheCeilingsGiveNoSignal(t *testing.T) {
	t.Parallel()
	book := shipped(t)
	most := book.Ceilings()
	require.Len(t, most.Counts, risk.Identifiers)
	at := risk.Evidence{Claimed: "US-CA", Place: "DE", Counts: most.Counts, Persons: most.Persons}
	require.Equal(t, book.Assess(risk.Evidence{Claimed: "US-CA", Place: "DE"}), book.Assess(at))
	above := []risk.Evidence{{Persons: most.Persons + 1}}
	for identifier, count := range most.Counts {
		for _, more := range []risk.Count{{Hour: count.Hour + 1, Day: 1}, {Hour: 1, Day: count.Day + 1}} {
			above = append(above, risk.Evidence{Counts: map[risk.Identifier]risk.Count{identifier: more}})
		}
	}
	for _, e := range above {
		require.Len(t, book.Assess(e).Triggered, 1, "%+v", e)
	}
}

func TestScoreIsTheCappedSumOfItsDetails(t *testing.T) {
	t.Parallel()
	e := risk.Evidence{Networks: risk.Networks(), Email: risk.Email{Disposable: true}, Claimed: "DE", Place: "US"}
	a := shipped(t).Assess(e)
	sum := 0
	for _, signal := range a.Triggered {
		sum += a.Details[signal].Weight
	}
	require.Greater(t, sum, 100)
	require.Equal(t, 100, a.Score)
	require.Equal(t, rules.RiskHigh, a.Risk().Level())
}

func TestReasonAndDetailOfADocumentedExample(t *testing.T) {
	t.Parallel()
	a := shipped(t).Assess(risk.Evidence{Claimed: "US-CA", Place: "US-NV"})
	require.Equal(t, risk.Assessment{
		Score: 18, Triggered: []risk.Signal{"geo_mismatch"},
		Reasons: []string{"Claimed jurisdiction differs from IP-derived location"},
		Details: map[risk.Signal]risk.Detail{
			"geo_mismatch": {Group: risk.Geolocation, Weight: 18, Claimed: "US-CA", Address: "US-NV"},
		},
		Version: shipped(t).Version(),
	}, a)
	require.Equal(t, rules.RiskLow, a.Risk().Level())
}

func TestOnlySignalsOfTheGroupsCount(t *testing.T) {
	t.Parallel()
	e := risk.Evidence{Networks: []risk.Network{risk.Tor}, Email: risk.Email{Disposable: true}, Claimed: "DE", Place: "US"}
	require.Len(t, shipped(t).Assess(e).Triggered, 3)
	require.Equal(t, []risk.Signal{risk.TorNetwork}, shipped(t).Assess(e, risk.IPAnalysis).Triggered)
	require.Equal(t, []risk.Signal{risk.TorNetwork, risk.DisposableEmail},
		shipped(t).Assess(e, risk.EmailRisk, risk.IPAnalysis).Triggered)
}

func TestDeliveryToAnotherJurisdictionIsARisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		delivery, address rules.Jurisdiction
		level             rules.RiskLevel // "" is no risk
	}{
		{"US-CA", "US-CA", ""},
		{"US", "US-CA", ""},
		{"DE-BY", "DE", ""},
		{"", "DE", ""},
		{"DE", "", ""},
		{"US-OR", "US-CA", rules.RiskLow},
		{"US-CA", "CA-ON", rules.RiskMedium},
		{"CA", "US-CA", rules.RiskMedium},
	} {
		found := shipped(t).OfPlaces(c.delivery, c.address)
		require.Equal(t, c.level == "", found == nil, "%+v", c)
		if found != nil {
			require.Equal(t, c.level, found.Level(), "%+v", c)
			require.Equal(t, []string{"geo_mismatch"}, found.Signals)
		}
	}
}

func TestPhoneInAnotherCountryIsARisk(t *testing.T) {
	t.Parallel()
	require.Nil(t, shipped(t).OfDevices("US-CA", "US-NY"))
	require.Nil(t, shipped(t).OfDevices("US-CA", ""))
	want := &rules.Risk{Score: 40, Signals: []string{"distant_device"}, Weights: map[string]int{"distant_device": 40}}
	require.Equal(t, want, shipped(t).OfDevices("US-CA", "DE"))
}
