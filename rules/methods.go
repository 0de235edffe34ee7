package rules

import "slices"

// Method is a way to prove an age or an identity, by its name in the API. Use [ParseMethod] for text from outside.
type Method string

// The methods a workflow can offer.
const (
	MethodMDL             Method = "mdl"
	MethodMID             Method = "mid"
	MethodEUDIPID         Method = "eudi_pid"
	MethodDocumentCapture Method = "document_capture"
	MethodNFCPassport     Method = "nfc_passport"
	MethodFacialAge       Method = "facial_age"
	MethodSelfieLiveness  Method = "selfie_liveness"
	MethodSelfieMatch     Method = "selfie_match"
	MethodCarrierLookup   Method = "carrier_lookup"
	MethodOpenBanking     Method = "open_banking"
	MethodSelfAttestation Method = "self_attestation"
	MethodParentalConsent Method = "parental_consent"
	MethodStudent         Method = "student"
)

// The requirements of a method on the person's device, as [Method.Needs] returns them.
const (
	NeedCamera      = "camera"
	NeedWallet      = "wallet"
	NeedNFC         = "nfc"
	NeedMobileID    = "mobile_id_app"
	NeedPhoneNumber = "phone_number"
	NeedBankLogin   = "bank_login"
)

// methodEntry is one row of the catalogue.
type methodEntry struct {
	method     Method
	strength   Strength
	needs      []string
	supplement bool // may run on top of the primary chain
	biometric  bool // measures a person's body
}

// catalogue lists the methods in the order of the documentation.
var catalogue = []methodEntry{
	{MethodMDL, StrengthMDL, []string{NeedWallet}, false, false},
	{MethodMID, StrengthMID, []string{NeedMobileID}, false, false},
	{MethodEUDIPID, StrengthEUDIPID, []string{NeedWallet}, false, false},
	{MethodDocumentCapture, StrengthDocumentCapture, []string{NeedCamera}, false, false},
	{MethodNFCPassport, StrengthDocumentCapture, []string{NeedNFC}, false, false},
	{MethodFacialAge, StrengthFacialAge, []string{NeedCamera}, false, true},
	{MethodSelfieLiveness, StrengthDocumentCapture, []string{NeedCamera}, true, true},
	{MethodSelfieMatch, StrengthDocumentCapture, []string{NeedCamera}, true, true},
	{MethodCarrierLookup, StrengthCarrierLookup, []string{NeedPhoneNumber}, true, false},
	{MethodOpenBanking, StrengthOpenBanking, []string{NeedBankLogin}, true, false},
	{MethodSelfAttestation, StrengthSelfAttestation, nil, false, false},
	{MethodParentalConsent, StrengthSelfAttestation, nil, false, false},
	{MethodStudent, StrengthSelfAttestation, nil, false, false},
}

// Methods returns every method, in catalogue order. The slice is the caller's.
func Methods() []Method {
	all := make([]Method, len(catalogue))
	for i, entry := range catalogue {
		all[i] = entry.method
	}
	return all
}

// ParseMethod returns the method with exactly this name, or false.
func ParseMethod(s string) (Method, bool) {
	entry, ok := lookUp(Method(s))
	return entry.method, ok
}

// Strength returns the strength of a credential proven by m, or "" for an unknown method. Compare methods by
// [Method.Rank], which distinguishes nfc_passport from document_capture.
func (m Method) Strength() Strength {
	entry, _ := lookUp(m)
	return entry.strength
}

// Rank returns 1 for the weakest method up to 8 for the strongest, and 0 for an unknown one. It is the rank of the
// method's strength, except for nfc_passport: its chip proves the document cryptographically, so it has rank 6 like
// mdl.
func (m Method) Rank() int {
	if m == MethodNFCPassport {
		return StrengthMDL.Rank()
	}
	return m.Strength().Rank()
}

// Needs returns the requirements of m on the person's device, as Need constants. It is empty, never nil, if there are
// none. The slice is the caller's.
func (m Method) Needs() []string {
	entry, _ := lookUp(m)
	return append([]string{}, entry.needs...)
}

// CanSupplement reports whether m may be a supplementary layer: a liveness,
// face match or signal check that runs on top of the primary methods.
func (m Method) CanSupplement() bool {
	entry, _ := lookUp(m)
	return entry.supplement
}

// Biometric reports whether m measures a person's body, for which a law may require consent.
func (m Method) Biometric() bool {
	entry, _ := lookUp(m)
	return entry.biometric
}

func lookUp(m Method) (methodEntry, bool) {
	i := slices.IndexFunc(catalogue, func(e methodEntry) bool { return e.method == m })
	if i < 0 {
		return methodEntry{}, false
	}
	return catalogue[i], true
}

// ProvesIdentity reports whether m reads the person's identity from a document or a credential. The selfie methods have
// the strength of document_capture and prove no identity.
func (m Method) ProvesIdentity() bool {
	return m.Rank() >= StrengthDocumentCapture.Rank() && !m.CanSupplement()
}

// StrongestOf returns the method that a proof by these methods is named after: the strongest, the first of several.
// The selfie methods prove no age, so one of them counts only if there is no other method. It returns "" for none.
func StrongestOf(methods []Method) Method {
	var best Method
	for _, m := range methods {
		if best == "" || m.ProofRank() > best.ProofRank() {
			best = m
		}
	}
	return best
}

// ProofRank returns the rank of m in a proof with other methods: Rank, or 0 for a selfie method, which proves no age.
func (m Method) ProofRank() int {
	if m == MethodSelfieLiveness || m == MethodSelfieMatch {
		return 0
	}
	return m.Rank()
}
