package passport

import (
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
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

// The outcomes of faults. unreadable costs no attempt, because a phone that loses the chip cuts files short, and
// unlisted costs none, because the operator's lists are not the user's.
var (
	unreadable  = outcome{rules.ReasonChipUnreadable, checkPassive, graph.OutcomeRequiresInput}
	unlisted    = outcome{rules.ReasonDocumentStatusUnavailable, checkNotRevoked, graph.OutcomeError}
	broken      = failed(rules.ReasonChipAuthenticationFailed, checkPassive)
	altered     = failed(rules.ReasonChipAuthenticationFailed, checkGroups)
	incomplete  = failed(rules.ReasonChipUnreadable, checkGroups)
	unsupported = failed(rules.ReasonDocumentNotSupported, checkPassive)
	untrusted   = failed(rules.ReasonDocumentIssuerUntrusted, checkIssuer)
	ended       = failed(rules.ReasonDocumentIssuerExpired, checkIssuer)
	revoked     = failed(rules.ReasonDocumentIssuerRevoked, checkNotRevoked)
	copied      = failed(rules.ReasonChipAuthenticationFailed, checkActive)
	copiedChip  = failed(rules.ReasonChipAuthenticationFailed, checkChip)
	unknownKey  = failed(rules.ReasonDocumentNotSupported, checkActive)
	unknownChip = failed(rules.ReasonDocumentNotSupported, checkChip)
)

var chipOutcomes = map[emrtd.Code]outcome{
	emrtd.TooLarge: unreadable, emrtd.CMSMalformed: unreadable, emrtd.ContentType: unreadable,
	emrtd.ObjectMalformed: unreadable, emrtd.DG1Malformed: unreadable, emrtd.DG2Malformed: unreadable,
	emrtd.DG14Malformed: unreadable, emrtd.DG15Malformed: unreadable,

	emrtd.SignerCount: unsupported, emrtd.SignerMissing: unsupported, emrtd.CertificateMalformed: unsupported,
	emrtd.DigestUnsupported: unsupported, emrtd.DigestWeak: unsupported, emrtd.SignatureUnsupported: unsupported,
	emrtd.PSSParameters: unsupported, emrtd.KeyUnsupported: unsupported, emrtd.KeyTooShort: unsupported,
	emrtd.CurveUnknown: unsupported, emrtd.ObjectVersion: unsupported,

	emrtd.AttributesMalformed: broken, emrtd.ContentTypeMismatch: broken, emrtd.MessageDigest: broken,
	emrtd.Signature: broken, emrtd.CertificateSignature: broken, emrtd.SignedInFuture: broken,
	emrtd.SignedOutsideCertificate: broken, emrtd.DocumentType: broken, emrtd.TrustMissing: broken,

	emrtd.GroupRepeated: altered, emrtd.GroupUnlisted: altered, emrtd.GroupDigest: altered,
	emrtd.GroupMissing: incomplete,

	emrtd.ActiveChallenge: copied, emrtd.ActiveUnannounced: copied, emrtd.ActiveSignature: copied,
	emrtd.ActiveUnstated: unknownKey, emrtd.ActiveUnsupported: unknownKey,

	emrtd.ChipUnannounced: copiedChip, emrtd.ChipOtherKey: copiedChip, emrtd.ChipAnswer: copiedChip,
	emrtd.ChipMAC: copiedChip, emrtd.ChipUnsupported: unknownChip,
}

var issuerOutcomes = map[csca.Code]outcome{
	csca.Unknown: untrusted, csca.Malformed: untrusted, csca.Signature: untrusted, csca.Country: untrusted,
	csca.Expired: ended, csca.AuthorityExpired: ended, csca.Revoked: revoked, csca.RevocationUnknown: unlisted,
}

// refusal returns the verdict on a chip that does not verify. Any other error is returned, so that the judge is asked
// again.
func (r *ruling) refusal(err error) (methods.Verdict, error) {
	var (
		chip     *emrtd.Fault
		issuer   *csca.Fault
		unproven errUnproven
		o        outcome
	)
	switch {
	case errors.As(err, &chip):
		o = chipOutcomes[chip.Code]
	case errors.As(err, &issuer):
		o = issuerOutcomes[issuer.Code]
	case errors.As(err, &unproven) && unproven.active:
		o = copied
	case errors.As(err, &unproven):
		o = copiedChip
	}
	if o.check == "" {
		return methods.Verdict{}, err
	}
	return methods.Verdict{
		Outcome: o.status, ReasonCodes: []rules.ReasonCode{o.reason},
		Checks: append(r.checks, rules.Check{Name: o.check}),
	}, nil
}
