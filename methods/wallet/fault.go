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

// outcome is the verdict on a fault: its reason, and the check that failed.
type outcome struct {
	reason rules.ReasonCode
	check  string
	status graph.Outcome
}

func failed(reason rules.ReasonCode, check string) outcome {
	return outcome{reason, check, graph.OutcomeFailed}
}

// The outcomes of faults. unreachable costs no attempt: an outage is not the user's.
var (
	malformed     = failed(rules.ReasonUnreadable, checkClaims)
	invalid       = failed(rules.ReasonCredentialInvalid, checkIssuerSignature)
	unbound       = failed(rules.ReasonCredentialNotBound, checkDeviceBound)
	expired       = failed(rules.ReasonCredentialExpired, checkNotExpired)
	incomplete    = failed(rules.ReasonCredentialIncomplete, checkClaims)
	wrongDocument = failed(rules.ReasonDocumentTypeNotAccepted, checkDocumentType)
	untrusted     = failed(rules.ReasonCredentialUntrusted, checkIssuerTrusted)
	unreachable   = outcome{rules.ReasonCredentialStatusUnavailable, checkNotRevoked, graph.OutcomeError}
)

// faulty returns the verdict on a presentation that does not verify. Answer is the error that the wallet returned, if
// it returned one.
func faulty(err error, answer openid4vp.Refusal) methods.Verdict {
	o := outcomeOf(err)
	if errors.Is(err, &openid4vp.Fault{Code: openid4vp.WalletRefused}) {
		o = refusalOf(answer)
	}
	return methods.Verdict{
		Outcome: o.status, ReasonCodes: []rules.ReasonCode{o.reason}, Checks: []rules.Check{{Name: o.check}},
	}
}

// refusalOf returns the outcome of a wallet's error, which costs no attempt.
func refusalOf(answer openid4vp.Refusal) outcome {
	switch answer {
	case openid4vp.AccessDenied:
		return outcome{rules.ReasonUserCancelled, checkWallet, graph.OutcomeRequiresInput}
	case openid4vp.FormatsNotSupported, openid4vp.WalletUnavailable:
		return outcome{rules.ReasonCredentialNotAvailable, checkWallet, graph.OutcomeRequiresInput}
	default:
		return outcome{rules.ReasonMethodError, checkWallet, graph.OutcomeError}
	}
}

// outcomeOf returns the outcome of a fault of the packages that verify.
func outcomeOf(err error) outcome {
	var (
		issuer   *issuers.Fault
		document *mdoc.Fault
		vc       *sdjwtvc.Fault
		protocol *openid4vp.Fault
	)
	switch {
	case errors.As(err, &issuer):
		return known(issuerOutcomes, issuer.Code, untrusted)
	case errors.As(err, &document):
		return known(mdocOutcomes, document.Code, malformed)
	case errors.As(err, &vc):
		return known(sdjwtOutcomes, vc.Code, malformed)
	case errors.As(err, &protocol):
		return known(protocolOutcomes, protocol.Code, malformed)
	default:
		return outcome{rules.ReasonMethodError, checkWallet, graph.OutcomeError}
	}
}

func known[Code comparable](outcomes map[Code]outcome, code Code, otherwise outcome) outcome {
	if o, found := outcomes[code]; found {
		return o
	}
	return otherwise
}

var issuerOutcomes = map[issuers.Code]outcome{
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

var mdocOutcomes = map[mdoc.Code]outcome{
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

var sdjwtOutcomes = map[sdjwtvc.Code]outcome{
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

var protocolOutcomes = map[openid4vp.Code]outcome{
	openid4vp.CredentialUnrequested: wrongDocument, openid4vp.CredentialMissing: wrongDocument,
	openid4vp.ClaimMissing: incomplete, openid4vp.ClaimValue: incomplete,
}
