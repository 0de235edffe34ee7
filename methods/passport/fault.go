package passport

import (
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
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

// The verdicts on faults. unreadable costs no attempt, because a phone that loses the chip cuts files short, and
// unlisted costs none, because the operator's lists are not the user's.
var (
	unreadable  = unfinished(graph.OutcomeRequiresInput, rules.ReasonChipUnreadable, checkPassive)
	unlisted    = unfinished(graph.OutcomeError, rules.ReasonDocumentStatusUnavailable, checkNotRevoked)
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

var chipVerdicts = map[emrtd.Code]methods.Verdict{
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

var issuerVerdicts = map[csca.Code]methods.Verdict{
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
		v        methods.Verdict
	)
	switch {
	case errors.As(err, &chip):
		v = chipVerdicts[chip.Code]
	case errors.As(err, &issuer):
		v = issuerVerdicts[issuer.Code]
	case errors.As(err, &unproven) && unproven.active:
		v = copied
	case errors.As(err, &unproven):
		v = copiedChip
	}
	if v.Outcome == "" {
		return methods.Verdict{}, err
	}
	v.Checks = append(r.checks, v.Checks...)
	return v, nil
}
