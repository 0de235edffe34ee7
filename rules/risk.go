package rules

import "slices"

// Risk is the assessed risk that a session is a fraud.
type Risk struct {
	Score int `json:"score"` // 0 to 100
	// Signals name the observations behind the score, such as [SignalGeoMismatch].
	Signals []string `json:"signals"`
}

// HighestRisk is the highest score.
const HighestRisk = 100

// SignalGeoMismatch reports that the user's IP address and the delivery address are in different jurisdictions.
const SignalGeoMismatch = "geo_mismatch"

// The scores of the signals. A delivery to the next state is common, and the location of an IP address is often one
// state off.
const (
	scoreOtherSubdivision = 18
	scoreOtherCountry     = 40
)

// GeoMismatch returns the risk of a delivery to another jurisdiction than that of the user's IP address, and nil if the
// two do not differ.
func GeoMismatch(delivery, address Jurisdiction) *Risk {
	if !delivery.Differs(address) {
		return nil
	}
	risk := &Risk{Score: scoreOtherSubdivision, Signals: []string{SignalGeoMismatch}}
	if delivery.Country() != address.Country() {
		risk.Score = scoreOtherCountry
	}
	return risk
}

// SignalDistantDevice reports that the phone which claimed the session is in another country than the desktop.
const SignalDistantDevice = "distant_device"

// DistantDevice returns the risk of a session whose desktop and phone are in different countries, and nil if they are
// in the same country: the gateways of mobile networks are often a state away.
func DistantDevice(desktop, phone Jurisdiction) *Risk {
	if desktop.Country() == phone.Country() {
		return nil
	}
	return &Risk{Score: scoreOtherCountry, Signals: []string{SignalDistantDevice}}
}

// RiskLevel is the level of a risk score.
type RiskLevel string

// The levels.
const (
	RiskLow    RiskLevel = "low"    // under 30
	RiskMedium RiskLevel = "medium" // under 70
	RiskHigh   RiskLevel = "high"
)

// Level returns the level of the score.
func (r Risk) Level() RiskLevel {
	switch {
	case r.Score < 30:
		return RiskLow
	case r.Score < 70:
		return RiskMedium
	default:
		return RiskHigh
	}
}

// With returns the risk after another assessment: the higher score, and the signals of both in their order. It changes
// neither r nor other.
func (r Risk) With(other Risk) Risk {
	signals := slices.Clone(r.Signals)
	for _, signal := range other.Signals {
		if !slices.Contains(signals, signal) {
			signals = append(signals, signal)
		}
	}
	return Risk{Score: max(r.Score, other.Score), Signals: signals}
}

// RaiseRisk returns a session's risk after another assessment. current is nil if the session had no risk before.
func RaiseRisk(current *Risk, added Risk) *Risk {
	if current != nil {
		added = current.With(added)
	}
	return &added
}
