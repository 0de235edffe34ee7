package rules

import "slices"

// Strength is the worth of a proven credential. The values are those of
// `min_strength` in the API.
type Strength string

// The strengths, weakest first.
const (
	StrengthSelfAttestation Strength = "self_attestation"
	StrengthFacialAge       Strength = "facial_age"
	StrengthCarrierLookup   Strength = "carrier_lookup"
	StrengthOpenBanking     Strength = "open_banking"
	StrengthDocumentCapture Strength = "document_capture"
	StrengthMDL             Strength = "mdl"
	StrengthMID             Strength = "mid"
	StrengthEUDIPID         Strength = "eudi_pid"
)

// ranking holds the strengths by rank: the first has rank 1.
var ranking = []Strength{
	StrengthSelfAttestation, StrengthFacialAge, StrengthCarrierLookup, StrengthOpenBanking,
	StrengthDocumentCapture, StrengthMDL, StrengthMID, StrengthEUDIPID,
}

// Rank returns 1 for the weakest strength up to 8 for the strongest, and 0 for
// an unknown one. A credential satisfies any requirement of its rank or below.
func (s Strength) Rank() int {
	return slices.Index(ranking, s) + 1
}
