package trust

import "fmt"

// Code names the check that refused an issuer or a list. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package.
const (
	IssuerUnknown     Code = "issuer_unknown"
	IssuerMalformed   Code = "issuer_chain_malformed"
	IssuerSignature   Code = "issuer_certificate_signature"
	IssuerExpired     Code = "issuer_expired"
	RootExpired       Code = "issuer_root_expired"
	IssuerCountry     Code = "issuer_country_mismatch"
	IssuerRevoked     Code = "issuer_revoked"
	RevocationUnknown Code = "issuer_revocation_unknown"

	FileUnknown   Code = "trust_file_unknown"
	FileMalformed Code = "trust_file_malformed"
	ListSignature Code = "trust_list_signature"
	ListSigner    Code = "trust_list_signer_unknown"
)

// clauses holds the clause of each check, of ISO/IEC 18013-5:2021 where no other document is named.
var clauses = map[Code]string{
	IssuerUnknown:     "9.3.3",
	IssuerMalformed:   "Table B.3",
	IssuerSignature:   "9.3.3",
	IssuerExpired:     "9.3.1",
	RootExpired:       "9.3.3",
	IssuerCountry:     "Table B.3",
	IssuerRevoked:     "9.3.3",
	RevocationUnknown: "9.3.3",

	FileUnknown:   "form of the file",
	FileMalformed: "form of the file",
	ListSignature: "signature of the list",
	ListSigner:    "signature of the list",
}

// Fault is a refusal. It holds no value from the document, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
	// File is the path of the file, where the fault is about one, and Detail says what is wrong with it.
	File, Detail string
}

// Error returns code, file, detail and clause.
func (f *Fault) Error() string {
	text := "trust: " + string(f.Code)
	if f.File != "" {
		text += " " + f.File
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text + " (" + f.Clause + ")"
}

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

func fault(code Code) error {
	return &Fault{Code: code, Clause: clauses[code]}
}

func (f *file) fault(code Code, format string, args ...any) error {
	return &Fault{Code: code, Clause: clauses[code], File: f.path, Detail: fmt.Sprintf(format, args...)}
}
