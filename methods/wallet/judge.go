package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// skew is how far the clocks of issuers and wallets may differ.
const skew = 2 * time.Minute

// Judge implements methods.Judge. The credential must be valid at the time at which it arrived.
func (w *wallet) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var p payload
	if json.Unmarshal(s.Payload, &p) != nil || p.Request == nil || p.Presentation == nil {
		return methods.Verdict{}, errors.New("wallet: the payload of a submission is not readable")
	}
	v := &verification{wallet: w, now: s.Received}
	if p.Arrived != nil {
		v.now = *p.Arrived
	}
	shown, err := v.verify(ctx, p)
	if ctx.Err() != nil {
		return methods.Verdict{}, ctx.Err()
	}
	if err != nil {
		return w.refusal(err, p.Presentation.Refusal), nil
	}
	return decide(s.Attempt, s.Today, shown), nil
}

// refusal returns the verdict on a presentation that does not verify. The log has the check, which has no value of the
// credential.
func (w *wallet) refusal(err error, answer openid4vp.Refusal) methods.Verdict {
	w.options.Log.Info("wallet: a presentation does not verify, so it proves nothing",
		"method", w.name, "check", err.Error(), "refusal", answer)
	return faulty(err, answer)
}

// verification is that of one submission.
type verification struct {
	*wallet
	now     time.Time
	finding issuers.Finding // of the issuer that was found last
}

// verify verifies the presentation and the status of its credential. Of several credentials the first counts.
func (v *verification) verify(ctx context.Context, p payload) (shown, error) {
	trusted := v.options.Issuers
	verified, err := p.Request.Verify(ctx, p.Presentation, openid4vp.VerifyOptions{
		Now: v.now, Skew: skew, Keys: trusted.Keys(),
		TrustMdoc: func(issuer mdoc.Issuer) (err error) {
			v.finding, err = trusted.Mdoc(ctx, v.name, issuer, v.now)
			return err
		},
		TrustSDJWT: func(issuer sdjwtvc.Issuer) (err error) {
			v.finding, err = trusted.SDJWT(ctx, v.name, issuer, v.now)
			return err
		},
	})
	if err != nil {
		return shown{}, err
	}
	if len(verified) != 1 {
		return shown{}, errSeveral
	}
	return v.read(ctx, verified[0])
}

// errSeveral refuses several credentials: nobody could tell which of them is the user's.
var errSeveral = &openid4vp.Fault{Code: openid4vp.CredentialRepeated, Clause: "6.4.2"}

// read reads the claims of a verified credential and looks its status up.
func (v *verification) read(ctx context.Context, one openid4vp.Verified) (shown, error) {
	var (
		read      shown
		err       error
		reference *issuers.Reference
	)
	if one.Mdoc != nil {
		read, err = readMdoc(one.Mdoc)
		reference = issuers.MdocStatus(one.Mdoc.Status)
	} else {
		read, err = readSDJWT(one.SDJWT, v.now, v.options.Issuers.Types(v.name))
		reference = issuers.SDJWTStatus(one.SDJWT.Status)
	}
	if err != nil {
		return shown{}, err
	}
	state, err := v.options.Issuers.Status(ctx, v.finding, reference)
	if err != nil {
		return shown{}, err
	}
	read.revocation = revocationOf(v.finding.Revocation, state)
	if read.credential.IssuingCountry == "" {
		read.credential.IssuingCountry = country(v.finding.Country)
	}
	return read, nil
}

// revocation tells whether issuer and credential are known not to be revoked.
type revocation int

const (
	revocationUnchecked revocation = iota // neither has a list
	revocationGood
	revocationAccepted // a list could not be had, and the operator accepts that
)

func revocationOf(issuer trust.RevocationState, credential issuers.State) revocation {
	switch {
	case issuer == trust.RevocationUnreached || credential == issuers.StateUnreachable:
		return revocationAccepted
	case issuer == trust.RevocationGood || credential == issuers.StateValid:
		return revocationGood
	default:
		return revocationUnchecked
	}
}

// readMdoc reads a mobile document.
func readMdoc(d *mdoc.Document) (shown, error) {
	person := d.Person()
	s := shown{
		credential: rules.WalletCredential{Format: rules.FormatMdoc, Type: d.DocType}, ageOver: person.AgeOver,
	}
	r := &reading{}
	s.birth, s.expires = r.date(person.BirthDate), r.date(person.ExpiryDate)
	s.number, s.authority = r.text(person.DocumentNumber), r.text(person.IssuingAuthority)
	s.named = r.text(person.FamilyName) != "" && r.text(person.GivenName) != ""
	s.credential.IssuingCountry = country(r.text(person.IssuingCountry))
	return s, r.err
}

// reading reads elements that may be absent, and remembers a fault of any that is there.
type reading struct{ err error }

func (r *reading) text(read func() (string, error)) string {
	text, err := read()
	r.keep(err)
	return text
}

func (r *reading) date(read func() (time.Time, error)) *rules.Date {
	day, err := read()
	if err != nil {
		r.keep(err)
		return nil
	}
	date := rules.DateOf(day)
	return &date
}

func (r *reading) keep(err error) {
	if err != nil && !errors.Is(err, &mdoc.Fault{Code: mdoc.ClaimMissing}) && r.err == nil {
		r.err = err
	}
}

// readSDJWT reads a PID in SD-JWT VC.
func readSDJWT(vc *sdjwtvc.VC, now time.Time, types []string) (shown, error) {
	pid, err := vc.ReadPID(now, types...)
	if err != nil {
		return shown{}, err
	}
	return shown{
		credential: rules.WalletCredential{
			Format: rules.FormatSDJWT, Type: vc.Types[0], IssuingCountry: country(pid.IssuingCountry),
		},
		ageOver: func(years int) (over, known bool, err error) {
			over, known = pid.AgeOver(years)
			return over, known, nil
		},
		birth: dateOf(pid.Birthdate), expires: dateOf(pid.ExpiresOn),
		number: pid.DocumentNumber, authority: pid.IssuingAuthority,
		named: pid.FamilyName != "" && pid.GivenName != "",
	}, nil
}

func dateOf(day time.Time) *rules.Date {
	if day.IsZero() {
		return nil
	}
	date := rules.DateOf(day)
	return &date
}
