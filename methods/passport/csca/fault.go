package csca

import (
	"maps"
	"slices"
)

// Code names why the issuer of a document is refused. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package.
const (
	// Unknown means that the operator trusts no authority that could have issued the signer.
	Unknown Code = "issuer_unknown"
	// Malformed means that the signer's certificate is not that of a document signer.
	Malformed Code = "issuer_malformed"
	// Signature means that no trusted authority of the name has signed the signer's certificate.
	Signature Code = "issuer_signature"
	// Country means that signer and authority are of different countries.
	Country Code = "issuer_country"
	// Expired means that the signer's certificate is not valid now.
	Expired Code = "issuer_expired"
	// AuthorityExpired means that the certificate of the authority, or a link certificate to it, is not valid now.
	AuthorityExpired Code = "authority_expired"
	// Revoked means that the authority's revocation list has the signer, or a link to the authority.
	Revoked Code = "issuer_revoked"
	// RevocationUnknown means that there is no current revocation list, and that the operator demands one.
	RevocationUnknown Code = "issuer_revocation_unknown"
)

// clauses holds the clause of ICAO Doc 9303 that each check comes from.
var clauses = map[Code]string{
	Unknown:           "11-5.1",
	Malformed:         "12-7.1",
	Signature:         "11-5.1",
	Country:           "12-7.1",
	Expired:           "12-5.3",
	AuthorityExpired:  "12-5.3",
	Revoked:           "12-6",
	RevocationUnknown: "12-6",
}

// Fault is the refusal of an issuer. It holds no value of a document, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
}

// Error returns code and clause.
func (f *Fault) Error() string { return "csca: " + string(f.Code) + " (" + f.Clause + ")" }

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

// Codes returns every code. The slice is the caller's.
func Codes() []Code { return slices.Sorted(maps.Keys(clauses)) }

func fault(code Code) error { return &Fault{Code: code, Clause: clauses[code]} }
