package emrtd

import (
	"bytes"
	"slices"
	"time"
)

// Files are the elementary files of a chip, as they were read.
type Files struct {
	SOD []byte
	// Groups are the data groups by their numbers.
	Groups map[int][]byte
}

// Options are the conditions of a verification.
type Options struct {
	// Now is the time of the verification, and Skew how far the clock of a signer may be ahead.
	Now  time.Time
	Skew time.Duration
	// SHA1 accepts SHA-1 in security objects and in the signatures of signers.
	SHA1 bool
	// Trust returns an error unless the signer is trusted. It is called after the signature and the digests have been
	// verified. Verify returns its error.
	Trust func(signer *Certificate) error
}

// Document is the content of a chip with the files that its issuer has signed. Active and ChipSession.Answered say
// whether the chip is the one that the files were written to.
type Document struct {
	// Zone is the machine-readable zone of DG1 without line breaks.
	Zone   string
	Signer *Certificate
	// Signed is the time that the signer states; zero if it states none.
	Signed time.Time
	// Portraits are those of DG2, if it was read.
	Portraits []Portrait

	active Key // of DG15; nil without it
	infos  *SecurityInfos
}

// Verify makes passive authentication (ICAO 9303-11 5.1): the security object is signed, its signer is trusted, and
// each data group is the one that was signed. The error is a *Fault, or that of Options.Trust.
func Verify(files Files, o Options) (*Document, error) {
	s, object, err := parseSOD(files.SOD)
	if err != nil {
		return nil, err
	}
	if err := s.Verify(o.SHA1); err != nil {
		return nil, err
	}
	if err := checkTimes(s, o); err != nil {
		return nil, err
	}
	if err := object.check(files.Groups, o.SHA1); err != nil {
		return nil, err
	}
	if o.Trust == nil {
		return nil, fault(TrustMissing)
	}
	if err := o.Trust(s.Signer); err != nil {
		return nil, err
	}
	d := &Document{Signer: s.Signer, Signed: s.Signed}
	return d, d.read(files.Groups)
}

// parseSOD reads EF.SOD.
func parseSOD(file []byte) (*Signed, *securityObject, error) {
	if len(file) > maxFile {
		return nil, nil, fault(TooLarge)
	}
	outer, err := readOnly(file, tagSOD)
	if err != nil {
		return nil, nil, fault(CMSMalformed)
	}
	s, err := ParseSigned(outer.contents)
	if err != nil {
		return nil, nil, err
	}
	if !s.Type.Equal(oidLDSSecurityObject) {
		return nil, nil, fault(ContentType)
	}
	object, err := parseSecurityObject(s.Content)
	return s, object, err
}

// checkTimes checks the time that the signer states against its certificate and the clock.
func checkTimes(s *Signed, o Options) error {
	if s.Signed.IsZero() {
		return nil
	}
	if s.Signed.After(o.Now.Add(o.Skew)) {
		return fault(SignedInFuture)
	}
	return wrong(!s.Signer.ValidAt(s.Signed), SignedOutsideCertificate)
}

// check compares the digests of the data groups. DG1 must be there, and so must DG14 and DG15 if they were signed: a
// copy could leave out the announcement that the chip proves itself.
func (o *securityObject) check(groups map[int][]byte, sha1 bool) error {
	if err := (verifier{sha1}).digest(o.hash); err != nil {
		return err
	}
	for number, file := range groups {
		signed, listed := o.digests[number]
		if !listed {
			return fault(GroupUnlisted)
		}
		if len(file) > maxFile {
			return fault(TooLarge)
		}
		if !bytes.Equal(sum(o.hash, file), signed) {
			return fault(GroupDigest)
		}
	}
	for _, number := range []int{DG1, DG14, DG15} {
		_, signed := o.digests[number]
		if _, sent := groups[number]; !sent && (signed || number == DG1) {
			return fault(GroupMissing)
		}
	}
	return nil
}

// read reads the data groups.
func (d *Document) read(groups map[int][]byte) (err error) {
	if d.Zone, err = parseDG1(groups[DG1]); err != nil {
		return err
	}
	if types := d.Signer.DocumentTypes; types != nil && !d.hasType(types) {
		return fault(DocumentType)
	}
	if file, sent := groups[DG2]; sent {
		if d.Portraits, err = parseDG2(file); err != nil {
			return err
		}
	}
	if file, sent := groups[DG14]; sent {
		if d.infos, err = parseDG14(file); err != nil {
			return err
		}
	}
	if file, sent := groups[DG15]; sent {
		d.active, err = parseDG15(file)
	}
	return err
}

// hasType reports whether the zone begins with one of the types. A type of one character stands for those that begin
// with it (ICAO 9303-12 7.1.1.5).
func (d *Document) hasType(types []string) bool {
	return slices.ContainsFunc(types, func(t string) bool {
		return t != "" && len(t) <= 2 && d.Zone[:len(t)] == t
	})
}

// Announces reports which protocols the chip says to prove itself by. Either suffices (ICAO 9303-11 6): a copy has the
// private key of neither.
func (d *Document) Announces() (active, chip bool) {
	return d.active != nil, d.infos != nil && len(d.infos.keys) > 0
}
