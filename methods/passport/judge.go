package passport

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/rules"
)

// skew is how far the clock of a signer of documents may be ahead.
const skew = time.Hour

// The names of checks. That of the age is age_over_ with the years.
const (
	checkPassive    = "passive_authentication"
	checkGroups     = "data_groups_intact"
	checkIssuer     = "issuer_trusted"
	checkNotRevoked = "not_revoked"
	checkActive     = "active_authentication"
	checkChip       = "chip_authentication"
	checkDigits     = "mrz_check_digits"
	checkAccess     = "access_zone_matches"
	checkNotExpired = "not_expired"
)

// Judge implements methods.Judge. Documents and issuers must be valid at the time at which the submission arrived.
func (m passport) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var p payload
	if json.Unmarshal(s.Payload, &p) != nil || p.SOD == "" {
		return methods.Verdict{}, errors.New("passport: the payload of a submission is not readable")
	}
	files, err := filesOf(ctx, p, s.Uploads)
	if err != nil {
		return methods.Verdict{}, err
	}
	r := &ruling{Submission: s, payload: p, files: files}
	if err := r.verify(m.options.Authorities); err != nil {
		m.options.Log.Info("passport: a chip does not verify, so it proves nothing", "check", err.Error())
		return r.refusal(err)
	}
	v := r.decide()
	v.Physical = r.physical()
	return v, nil
}

func filesOf(ctx context.Context, p payload, uploads methods.Uploads) (f emrtd.Files, err error) {
	if f.SOD, err = uploads.Content(ctx, p.SOD); err != nil {
		return f, err
	}
	f.Groups = map[int][]byte{}
	for number, id := range p.Groups {
		if f.Groups[number], err = uploads.Content(ctx, id); err != nil {
			return f, err
		}
	}
	return f, nil
}

// ruling is that of one submission.
type ruling struct {
	methods.Submission
	payload  payload
	files    emrtd.Files
	document *emrtd.Document
	zone     *mrz.Zone
	checks   []rules.Check
}

func (r *ruling) pass(name string) {
	r.checks = append(r.checks, rules.Check{Name: name, Passed: true})
}

// note notes a check that has passed, or that could not be made.
func (r *ruling) note(name string, passed bool) {
	r.checks = append(r.checks, rules.Check{Name: name, Passed: passed, NotPerformed: !passed})
}

// verify verifies the files and the chip.
func (r *ruling) verify(trusted *csca.Folder) (err error) {
	var found csca.Finding
	r.document, err = emrtd.Verify(r.files, emrtd.Options{
		Now: r.Received, Skew: skew, SHA1: trusted.SHA1(),
		Trust: func(signer *emrtd.Certificate) (err error) {
			found, err = trusted.Check(signer, r.Received)
			return err
		},
	})
	if err != nil {
		return err
	}
	r.pass(checkPassive)
	r.pass(checkGroups)
	if r.zone, err = mrz.ParseText(r.document.Zone); err != nil {
		return &emrtd.Fault{Code: emrtd.DG1Malformed, Clause: "10-4.7.1"}
	}
	if !issues(found.Country, r.zone.Issuer) {
		return &csca.Fault{Code: csca.Country, Clause: "11-5.1"}
	}
	r.pass(checkIssuer)
	r.note(checkNotRevoked, found.Revocation == csca.RevocationGood)
	return r.verifyChip()
}

// verifyChip checks that the chip is no copy. A chip that announces both protocols may prove itself by either; whatever
// it has answered must be right.
func (r *ruling) verifyChip() error {
	active, chip := r.document.Announces()
	signed := active && r.payload.Signature != nil
	if signed {
		if err := r.document.Active(r.payload.Challenge, r.payload.Signature); err != nil {
			return err
		}
	}
	answered := chip && r.payload.Chip != nil && r.payload.Answers != nil
	if answered {
		if err := r.payload.Chip.Answered(r.files.Groups[emrtd.DG14], r.payload.Answers); err != nil {
			return err
		}
	}
	if !signed && !answered && (active || chip) {
		return r.unproven(active)
	}
	r.note(checkActive, signed)
	r.note(checkChip, answered)
	return nil
}

// unproven returns the error about a chip that has not proven itself, although it announces active authentication, or
// chip authentication alone, which may be of a kind that is not supported.
func (r *ruling) unproven(active bool) error {
	if !active && r.payload.Chip == nil {
		if _, err := emrtd.BeginChip(r.files.Groups[emrtd.DG14]); err != nil {
			return err
		}
	}
	return errUnproven{active}
}

// errUnproven says that a chip that announces a protocol has not proven itself.
type errUnproven struct{ active bool }

func (e errUnproven) Error() string { return "passport: the chip has not proven itself" }

// signingCodes are the countries of certificates that sign for a code of a zone, where they differ from the code's
// alpha-2: organizations, Kosovo, and Utopia, the fictional state of specimens.
var signingCodes = map[string][]string{
	"UNO": {"UN"}, "UNA": {"UN"}, "UNK": {"UN"}, "EUE": {"EU"}, "RKS": {"KS", "XK"}, "XKX": {"KS", "XK"}, "UTO": {"UT"},
}

// issues reports whether an authority of a country signs the documents of a state. Without this check each trusted
// state could sign for all others.
func issues(country, code string) bool {
	if codes, ok := signingCodes[code]; ok {
		return slices.Contains(codes, country)
	}
	of, known := mrz.StateOf(code)
	return known && of.Alpha2 != "" && of.Alpha2 == country
}

// decide gives the verdict on a chip that verifies.
func (r *ruling) decide() methods.Verdict {
	if !r.zone.Consistent() {
		return r.failed(checkDigits, rules.ReasonDocumentCheckDigitsWrong)
	}
	r.pass(checkDigits)
	for _, used := range []*access{r.payload.Access, r.payload.Claimed} {
		if used != nil && !used.matches(r.zone) {
			return r.failed(checkAccess, rules.ReasonDataMismatch)
		}
	}
	r.note(checkAccess, r.payload.Access != nil || r.payload.Claimed != nil)
	if reason := r.expiry(); reason != "" {
		return r.failed(checkNotExpired, reason)
	}
	r.pass(checkNotExpired)
	years := r.Tier.Years()
	if years > 0 || r.Type != methods.TypeIdentity { // an identity may be without an age
		if reason := r.age(years); reason != "" {
			return r.failed(rules.AgeCheck(years), reason)
		}
		r.pass(rules.AgeCheck(years))
	}
	v := methods.Passed(r.Tier, r.checks...)
	v.Document, v.Portrait = r.name(), r.portrait()
	return v
}

func (r *ruling) failed(check string, reason rules.ReasonCode) methods.Verdict {
	return methods.Failed(reason, append(r.checks, rules.Check{Name: check})...)
}

// expiry returns why the document is not valid; "" if it is.
func (r *ruling) expiry() rules.ReasonCode {
	expired, err := r.zone.Expired(time.Date(r.Today.Year, time.Month(r.Today.Month), r.Today.Day, 0, 0, 0, 0, time.UTC))
	switch {
	case err != nil:
		return rules.ReasonDocumentDateInvalid
	case expired:
		return rules.ReasonDocumentExpired
	}
	return ""
}

// age returns why the document does not prove an age; "" if it does. Of a date that is known in part the latest day
// counts.
func (r *ruling) age(years int) rules.ReasonCode {
	if !r.zone.Trusted(mrz.Birth) {
		return rules.ReasonDocumentAgeUnproven
	}
	_, last, err := r.zone.Birth.Birth(r.Received)
	switch {
	case errors.Is(err, mrz.ErrYearUnknown):
		return rules.ReasonDocumentAgeUnproven
	case err != nil:
		return rules.ReasonDocumentDateInvalid
	case rules.AgeOn(rules.DateOf(last), r.Today) < years:
		return rules.ReasonUnderAge
	}
	return ""
}
