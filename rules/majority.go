package rules

// majorities are the ages of majority other than 18 among the jurisdictions with rules.
var majorities = map[Jurisdiction]int{
	"US-AL": 19, "US-NE": 19, "US-MS": 21,
	"CA-BC": 19, "CA-NB": 19, "CA-NL": 19, "CA-NS": 19, "CA-NT": 19, "CA-NU": 19, "CA-YT": 19,
	"KR": 19, "TH": 20,
}

// Majority returns the tier that an adult proves: the age of majority of a subdivision or country, at least 18.
func Majority(j Jurisdiction) AgeTier {
	for _, place := range []Jurisdiction{j, j.Country()} {
		if years, known := majorities[place]; known {
			return MinAge(years)
		}
	}
	return MinAge(18)
}

// ProvesAdulthood reports whether a guardian may prove to be an adult by m alone. The selfie methods prove no age,
// student says nothing about it, and a guardian's own guardian does not count.
func (m Method) ProvesAdulthood() bool {
	return m.ProofRank() > 0 && m != MethodStudent && m != MethodParentalConsent
}

// VerifiesGuardian reports whether m makes a guardian's consent verifiable, as some laws ask: it reads a document or a
// credential of the state, or asks a bank that knows its customer. Estimates and declarations do not.
func (m Method) VerifiesGuardian() bool {
	return m == MethodOpenBanking || m.ProvesIdentity()
}

// GuardianMethods are the methods by which guardians prove to be adults where a workflow names none. All of them make
// the consent verifiable.
func GuardianMethods() []Method {
	return []Method{MethodEUDIPID, MethodMID, MethodMDL, MethodDocumentCapture, MethodNFCPassport, MethodOpenBanking}
}
