package wallet

import (
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// failed is the verdict on a fault, with the check that found it.
func failed(reason rules.ReasonCode, check string) methods.Verdict {
	return methods.Failed(reason, rules.Check{Name: check})
}

// unfinished is the verdict on a fault that costs no attempt, with the check that found it.
func unfinished(o graph.Outcome, reason rules.ReasonCode, check string) methods.Verdict {
	return methods.Unfinished(o, reason, rules.Check{Name: check})
}

// The verdicts on faults. unreachable costs no attempt: an outage is not the user's.
var (
	malformed     = failed(rules.ReasonUnreadable, checkClaims)
	invalid       = failed(rules.ReasonCredentialInvalid, checkIssuerSignature)
	unbound       = failed(rules.ReasonCredentialNotBound, checkDeviceBound)
	expired       = failed(rules.ReasonCredentialExpired, checkNotExpired)
	incomplete    = failed(rules.ReasonCredentialIncomplete, checkClaims)
	wrongDocument = failed(rules.ReasonDocumentTypeNotAccepted, checkDocumentType)
	untrusted     = failed(rules.ReasonCredentialUntrusted, checkIssuerTrusted)
	unreachable   = unfinished(graph.OutcomeError, rules.ReasonCredentialStatusUnavailable, checkNotRevoked)
)

// faulty returns the verdict on a presentation that does not verify. Answer is the error that the wallet returned, if
// it returned one.
func faulty(err error, answer openid4vp.Refusal) methods.Verdict {
	if errors.Is(err, &openid4vp.Fault{Code: openid4vp.WalletRefused}) {
		return refusalOf(answer)
	}
	return verdictOn(err)
}

// refusalOf returns the verdict on a wallet's error, which costs no attempt.
func refusalOf(answer openid4vp.Refusal) methods.Verdict {
	switch answer {
	case openid4vp.AccessDenied:
		return unfinished(graph.OutcomeRequiresInput, rules.ReasonUserCancelled, checkWallet)
	case openid4vp.FormatsNotSupported, openid4vp.WalletUnavailable:
		return unfinished(graph.OutcomeRequiresInput, rules.ReasonCredentialNotAvailable, checkWallet)
	default:
		return unfinished(graph.OutcomeError, rules.ReasonMethodError, checkWallet)
	}
}

// verdictOn returns the verdict on a fault of the packages that verify.
func verdictOn(err error) methods.Verdict {
	var (
		issuer   *issuers.Fault
		document *mdoc.Fault
		vc       *sdjwtvc.Fault
		protocol *openid4vp.Fault
	)
	switch {
	case errors.As(err, &issuer):
		return known(issuerVerdicts, issuer.Code, untrusted)
	case errors.As(err, &document):
		return known(mdocVerdicts, document.Code, malformed)
	case errors.As(err, &vc):
		return known(sdjwtVerdicts, vc.Code, malformed)
	case errors.As(err, &protocol):
		return known(protocolVerdicts, protocol.Code, malformed)
	default:
		return unfinished(graph.OutcomeError, rules.ReasonMethodError, checkWallet)
	}
}

func known[Code comparable](
	verdicts map[Code]methods.Verdict, code Code, otherwise methods.Verdict,
) methods.Verdict {
	if v, found := verdicts[code]; found {
		return v
	}
	return otherwise
}

var issuerVerdicts = map[issuers.Code]methods.Verdict{
	issuers.UnknownIssuer:       untrusted,
	issuers.InvalidIssuer:       untrusted,
	issuers.ExpiredIssuer:       failed(rules.ReasonCredentialIssuerExpired, checkIssuerTrusted),
	issuers.RevokedIssuer:       failed(rules.ReasonCredentialUntrusted, checkNotRevoked),
	issuers.IssuerUnreachable:   unreachable,
	issuers.RevokedCredential:   failed(rules.ReasonCredentialRevoked, checkNotRevoked),
	issuers.SuspendedCredential: failed(rules.ReasonCredentialSuspended, checkNotRevoked),
	issuers.UnknownStatus:       failed(rules.ReasonCredentialInvalid, checkNotRevoked),
	issuers.StatusUnreachable:   unreachable,
}

var mdocVerdicts = map[mdoc.Code]methods.Verdict{
	mdoc.DocumentMissing: wrongDocument, mdoc.DocumentUnrequested: wrongDocument, mdoc.DocTypeMismatch: invalid,
	mdoc.DocumentRefused: incomplete, mdoc.ElementMissing: incomplete, mdoc.ElementRefused: incomplete,

	mdoc.IssuerSignature: invalid, mdoc.AlgorithmUnsupported: invalid, mdoc.DigestMissing: invalid,
	mdoc.DigestMismatch: invalid, mdoc.CountryMismatch: invalid, mdoc.SignedOutsideChain: invalid,
	mdoc.SignedInFuture: invalid, mdoc.NotYetValid: invalid,
	mdoc.Expired: expired,

	mdoc.DeviceAuthMissing: unbound, mdoc.DeviceSignature: unbound, mdoc.DeviceMAC: unbound,
	mdoc.DeviceMACNoKey: unbound, mdoc.DeviceKeyUnsupported: unbound, mdoc.DeviceUnauthorized: unbound,
	mdoc.EnvelopeSealed: unbound,
}

var sdjwtVerdicts = map[sdjwtvc.Code]methods.Verdict{
	sdjwtvc.VCTUnaccepted: wrongDocument, sdjwtvc.VCTMissing: wrongDocument, sdjwtvc.PIDTypeMismatch: wrongDocument,

	sdjwtvc.IssuerSignature: invalid, sdjwtvc.AlgorithmUnsupported: invalid, sdjwtvc.IssuerMismatch: untrusted,
	sdjwtvc.IssuerKeyMissing: untrusted, sdjwtvc.IssuerKeyUnknown: untrusted, sdjwtvc.SelfSigned: untrusted,
	sdjwtvc.MetadataAddress: untrusted, sdjwtvc.MetadataMismatch: untrusted, sdjwtvc.MetadataMalformed: unreachable,
	sdjwtvc.MetadataUnavailable: unreachable,

	sdjwtvc.DisclosureUnreferenced: invalid, sdjwtvc.DisclosureRepeated: invalid,
	sdjwtvc.Expired: expired, sdjwtvc.NotYetValid: invalid, sdjwtvc.IssuedInFuture: invalid,
	sdjwtvc.PIDExpired: failed(rules.ReasonDocumentExpired, checkNotExpired),

	sdjwtvc.KeyBindingMissing: unbound, sdjwtvc.HolderKeyMissing: unbound, sdjwtvc.HolderKeyUnsupported: unbound,
	sdjwtvc.KeyBindingType: unbound, sdjwtvc.KeyBindingAlgorithm: unbound, sdjwtvc.KeyBindingSignature: unbound,
	sdjwtvc.KeyBindingTooOld: unbound, sdjwtvc.KeyBindingInFuture: unbound, sdjwtvc.KeyBindingExpired: unbound,
	sdjwtvc.KeyBindingNotYetValid: unbound, sdjwtvc.NonceMismatch: unbound, sdjwtvc.AudienceMismatch: unbound,
	sdjwtvc.SDHashMismatch: unbound,
}

var protocolVerdicts = map[openid4vp.Code]methods.Verdict{
	openid4vp.CredentialUnrequested: wrongDocument, openid4vp.CredentialMissing: wrongDocument,
	openid4vp.ClaimMissing: incomplete, openid4vp.ClaimValue: incomplete,
}
