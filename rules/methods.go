package rules

import "slices"

// Method is one way a person can prove their age or identity, by the name the
// API uses for it. Text from outside becomes a Method through [ParseMethod].
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

// What a method needs of the person's device, as [Method.Needs] reports it.
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
	biometric  bool // measures a body
}

// catalogue lists every method in the order the documentation presents them.
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

// Strength returns the strength a credential proven by m is counted at, or ""
// for an unknown method. To compare two methods use [Method.Rank], which also
// sees what the strength's name cannot say.
func (m Method) Strength() Strength {
	entry, _ := lookUp(m)
	return entry.strength
}

// Rank orders methods from 1, the weakest, to 8; 0 is an unknown method. It is
// the rank of the method's strength but for nfc_passport: a document read with
// cryptographic proof, which stands at 6, beside mdl.
func (m Method) Rank() int {
	if m == MethodNFCPassport {
		return StrengthMDL.Rank()
	}
	return m.Strength().Rank()
}

// Needs lists what m needs of the person's device, as Need constants. It is
// empty, never nil, where nothing special is needed. The slice is the caller's.
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

// Biometric reports whether m measures a person's body, for which the law may ask their consent first.
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

// ProvesIdentity reports whether m reads who somebody is from a document or a credential. A selfie, though counted at
// the strength of document_capture, names nobody.
func (m Method) ProvesIdentity() bool {
	return m.Rank() >= StrengthDocumentCapture.Rank() && !m.CanSupplement()
}
