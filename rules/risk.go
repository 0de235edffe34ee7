package rules

import "slices"

// Risk is what is known of how likely a session is a fraud.
type Risk struct {
	Score int `json:"score"` // 0 to 100
	// Signals name what speaks for it, such as [SignalGeoMismatch].
	Signals []string `json:"signals"`
}

// HighestRisk is the highest score there is.
const HighestRisk = 100

// SignalGeoMismatch says that the user's address is not where the order goes.
const SignalGeoMismatch = "geo_mismatch"

// What it scores: orders to the next state are common, and a guess at an address is often one state off.
const (
	scoreOtherSubdivision = 18
	scoreOtherCountry     = 40
)

// GeoMismatch is the risk of an order that goes elsewhere than to where the user's address is; nil where it does not.
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

// SignalDistantDevice says that the phone which took a session is in another country than the desktop.
const SignalDistantDevice = "distant_device"

// DistantDevice is the risk of a session whose desktop and phone are at these places; nil where they are in one country:
// the gateways of mobile networks are often a state away.
func DistantDevice(desktop, phone Jurisdiction) *Risk {
	if desktop.Country() == phone.Country() {
		return nil
	}
	return &Risk{Score: scoreOtherCountry, Signals: []string{SignalDistantDevice}}
}

// RiskLevel puts a score into words.
type RiskLevel string

// The levels.
const (
	RiskLow    RiskLevel = "low"    // under 30
	RiskMedium RiskLevel = "medium" // under 70
	RiskHigh   RiskLevel = "high"
)

// Level is the level of the score.
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

// With is the risk once another assessment has come: the higher score, and the signals of both in their order. Neither
// is changed.
func (r Risk) With(other Risk) Risk {
	signals := slices.Clone(r.Signals)
	for _, signal := range other.Signals {
		if !slices.Contains(signals, signal) {
			signals = append(signals, signal)
		}
	}
	return Risk{Score: max(r.Score, other.Score), Signals: signals}
}

// Raised is a session's risk once something tells of one; known is nil while nothing has.
func Raised(known *Risk, told Risk) *Risk {
	if known != nil {
		told = known.With(told)
	}
	return &told
}
