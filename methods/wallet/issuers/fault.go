package issuers

import (
	"errors"

	"github.com/stile-id/stile/methods/wallet/statuslist"
	"github.com/stile-id/stile/methods/wallet/trust"
)

// Code names why an issuer or a credential is refused. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package.
const (
	// UnknownIssuer means that the operator trusts no such issuer for the document type.
	UnknownIssuer Code = "issuer_unknown"
	// ExpiredIssuer means that a certificate of a trusted issuer is not valid now, or was not when it signed.
	ExpiredIssuer Code = "issuer_expired"
	// InvalidIssuer means that a certificate is not that of a signer of such documents: it has another form, another
	// country than its root, or a false signature.
	InvalidIssuer Code = "issuer_invalid"
	// RevokedIssuer means that the revocation list of a trusted root has the signer.
	RevokedIssuer Code = "issuer_revoked"
	// IssuerUnreachable means that the revocation list cannot be had, and that the operator refuses the issuer then.
	IssuerUnreachable Code = "issuer_status_unreachable"

	// RevokedCredential and SuspendedCredential are statuses in the list.
	RevokedCredential   Code = "credential_revoked"   //nolint:gosec // a code, no secret
	SuspendedCredential Code = "credential_suspended" //nolint:gosec // a code, no secret
	// UnknownStatus means that the status list has a value without a common meaning, or no value for the credential.
	UnknownStatus Code = "credential_status_unknown"
	// StatusUnreachable means that the status list cannot be had, is not one, or is not signed by the issuer's authority,
	// and that the operator refuses the credential then.
	StatusUnreachable Code = "credential_status_unreachable"
)

// Fault is the refusal of an issuer or of a credential. It holds no value of a credential, so it may be logged.
type Fault struct {
	Code Code
	// Cause is the check that failed, such as "trust: issuer_chain_malformed (Table B.3)".
	Cause string
}

// Error returns code and cause.
func (f *Fault) Error() string {
	if f.Cause == "" {
		return "issuers: " + string(f.Code)
	}
	return "issuers: " + string(f.Code) + ": " + f.Cause
}

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

var ofTrust = map[trust.Code]Code{
	trust.IssuerUnknown:     UnknownIssuer,
	trust.IssuerMalformed:   InvalidIssuer,
	trust.IssuerSignature:   InvalidIssuer,
	trust.IssuerCountry:     InvalidIssuer,
	trust.IssuerExpired:     ExpiredIssuer,
	trust.RootExpired:       ExpiredIssuer,
	trust.IssuerRevoked:     RevokedIssuer,
	trust.RevocationUnknown: IssuerUnreachable,
}

// explain returns the Fault for an error of trust.Pool.Check.
func explain(err error) error {
	var fault *trust.Fault
	if err == nil || !errors.As(err, &fault) {
		return err
	}
	return &Fault{Code: ofTrust[fault.Code], Cause: fault.Error()}
}

// causeOf returns the check that a status list failed, without a value of the list or its address.
func causeOf(err error) string {
	var (
		list   *statuslist.Fault
		issuer *Fault
		away   *awayError
	)
	switch {
	case errors.As(err, &list):
		return list.Error()
	case errors.As(err, &issuer):
		return issuer.Error()
	case errors.As(err, &away):
		return away.Error()
	default:
		return "the list cannot be had"
	}
}
