package csca

import (
	"bufio"
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Form is the form of a file.
type Form string

// The forms of files.
const (
	FormUnknown      Form = "of no known form"
	FormCertificates Form = "certificates"
	FormRevocations  Form = "revocation list"
	FormMasterList   Form = "master list"
	FormDirectory    Form = "export of the ICAO directory"
)

// List is a master list that has been read.
type List struct {
	File string
	// Signer is the name of the signer, and Signed the time that it states; zero if it states none.
	Signer string
	Signed time.Time
	// Skipped is the number of certificates that cannot be used: they are of no authority, or have no supported key.
	Skipped int
}

// contents are the contents of files.
type contents struct {
	form        Form
	authorities []Authority
	revoked     []*revocations
	lists       []List
	// unlisted are the revocation lists of an export that cannot be read; an operator does not choose them.
	unlisted int
}

// reading reads one file.
type reading struct {
	contents
	source  string
	options Options
	signers []*emrtd.Certificate // that master lists must be signed by; nil for any
}

// read reads a file. Its content tells the form, not its name.
func (r *reading) read(content []byte) error {
	trimmed := bytes.TrimSpace(content)
	switch {
	case bytes.Contains(content, []byte("-----BEGIN ")):
		return r.pem(content)
	case bytes.HasPrefix(trimmed, []byte("dn:")), bytes.HasPrefix(trimmed, []byte("version:")),
		bytes.HasPrefix(trimmed, []byte("#")):
		return r.ldif(trimmed)
	case len(content) > 0 && content[0] == 0x30:
		return r.der(content)
	}
	return errors.New("it holds no certificate, revocation list, master list or export of the ICAO directory")
}

func (r *reading) pem(content []byte) error {
	for found := 0; ; found++ {
		block, rest := pem.Decode(content)
		if block == nil {
			if found == 0 {
				return errors.New("its PEM cannot be read")
			}
			return nil
		}
		if err := r.block(block); err != nil {
			return fmt.Errorf("block %d: %w", found+1, err)
		}
		content = rest
	}
}

func (r *reading) block(block *pem.Block) error {
	switch block.Type {
	case "CERTIFICATE":
		return r.certificate(block.Bytes)
	case "X509 CRL":
		return r.revocationList(block.Bytes)
	case "CMS", "PKCS7":
		return r.masterList(block.Bytes)
	}
	return fmt.Errorf("%q is neither a certificate, a revocation list nor a master list", block.Type)
}

// der reads a certificate, a revocation list or a master list: the one that begins with an object identifier is the
// last, and of the others only the first has a key.
func (r *reading) der(content []byte) error {
	var first struct{ First asn1.RawValue }
	if _, err := asn1.Unmarshal(content, &first); err != nil || first.First.Tag == asn1.TagOID {
		return r.masterList(content) // perhaps in BER
	}
	if _, err := emrtd.ParseCertificate(content); err == nil {
		return r.certificate(content)
	}
	return r.revocationList(content)
}

func (r *reading) certificate(der []byte) error {
	c, err := emrtd.ParseCertificate(der)
	if err != nil {
		return errors.New("it is no certificate that can be read")
	}
	if reason := unusable(c); reason != "" {
		return fmt.Errorf("%s: %s", emrtd.NameText(c.RawSubject), reason)
	}
	r.form = FormCertificates
	r.add(c)
	return nil
}

func (r *reading) add(c *emrtd.Certificate) {
	r.authorities = append(r.authorities, Authority{Certificate: c, Source: r.source, Link: isLink(c)})
}

// isLink reports whether a predecessor has issued the certificate: it has another name, or another key.
func isLink(c *emrtd.Certificate) bool {
	return !c.SelfIssued() || len(c.AuthorityKeyID) > 0 && len(c.SubjectKeyID) > 0 &&
		!bytes.Equal(c.AuthorityKeyID, c.SubjectKeyID)
}

// unusable returns why a certificate is not that of an authority (ICAO 9303-12, table 6); "" if it is.
func unusable(c *emrtd.Certificate) string {
	switch {
	case !c.CA || !c.May(emrtd.UsageCertSign):
		return "it is not the certificate of an authority"
	case c.UnknownCritical:
		return "it has a critical extension that is not supported"
	case c.Key == nil:
		return "its key is of no supported kind"
	case c.Country() == "":
		return "it names no country"
	}
	return ""
}

func (r *reading) revocationList(der []byte) error {
	list, err := parseList(der, r.source)
	if err != nil {
		return err
	}
	r.form = FormRevocations
	r.revoked = append(r.revoked, list)
	return nil
}

var (
	oidMasterList       = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 2}
	oidMasterListSigner = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 3}
)

// masterList reads a master list (ICAO 9303-12 8): a signed message with the certificates of authorities.
func (r *reading) masterList(message []byte) error {
	s, err := emrtd.ParseSigned(message)
	if err != nil {
		return fmt.Errorf("it is no master list that can be read: %w", err)
	}
	if !s.Type.Equal(oidMasterList) {
		return errors.New("the signed message is no master list")
	}
	if err := s.Verify(r.options.SHA1); err != nil {
		return fmt.Errorf("the master list is not signed: %w", err)
	}
	if !r.mayList(s.Signer) {
		return fmt.Errorf("the master list is signed by %s, and %s does not name this signer",
			emrtd.NameText(s.Signer.RawSubject), SettingsFile)
	}
	var wire struct {
		Version      int
		Certificates []asn1.RawValue `asn1:"set"`
	}
	if rest, err := asn1.Unmarshal(s.Content, &wire); err != nil || len(rest) > 0 || wire.Version != 0 {
		return errors.New("the content of the master list cannot be read")
	}
	list := List{File: r.source, Signer: emrtd.NameText(s.Signer.RawSubject), Signed: s.Signed}
	for _, raw := range wire.Certificates {
		c, err := emrtd.ParseCertificate(raw.FullBytes)
		if err != nil || unusable(c) != "" {
			list.Skipped++
			continue
		}
		r.add(c)
	}
	r.form, r.lists = FormMasterList, append(r.lists, list)
	return nil
}

// mayList reports whether a certificate is one of a signer of master lists, and one that the operator names, or under
// one that the operator names.
func (r *reading) mayList(signer *emrtd.Certificate) bool {
	purposed := false
	for _, id := range signer.ExtKeyUsage {
		purposed = purposed || id.Equal(oidMasterListSigner)
	}
	if !purposed || r.signers == nil {
		return purposed
	}
	for _, s := range r.signers {
		if bytes.Equal(s.DER, signer.DER) || s.Key != nil && signer.SignedBy(s, r.options.SHA1) == nil {
			return true
		}
	}
	return false
}

// maxLine is the greatest length of an unfolded line of an export: master lists have about a megabyte.
const maxLine = 64 << 20

// ldif reads an export of ICAO's directory of public keys (RFC 2849): its master lists, authorities and revocation
// lists. One that cannot be read is counted and left out, because the operator does not choose the entries.
func (r *reading) ldif(content []byte) error {
	var name string
	var value strings.Builder
	scanner := bufio.NewScanner(bytes.NewReader(content))
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		line := strings.TrimSuffix(scanner.Text(), "\r")
		if strings.HasPrefix(line, " ") {
			value.WriteString(line[1:])
			continue
		}
		r.entry(name, value.String())
		value.Reset()
		var rest string
		name, rest, _ = strings.Cut(line, ":")
		value.WriteString(rest)
	}
	r.entry(name, value.String())
	if err := scanner.Err(); err != nil {
		return err
	}
	r.form = FormDirectory
	if len(r.authorities)+len(r.revoked) == 0 {
		return errors.New("the export has no master list, no authority and no revocation list that can be read")
	}
	return nil
}

// entry reads an attribute of an export. Value begins with a colon if it is in base64.
func (r *reading) entry(name, value string) {
	var take func([]byte) error
	switch strings.ToLower(name) {
	case "pkdmasterlistcontent", "cscamasterlistdata":
		take = r.masterList
	case "cacertificate;binary":
		take = r.certificate
	case "certificaterevocationlist;binary":
		take = r.revocationList
	default:
		return
	}
	der, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(value, ":")))
	if err == nil {
		err = take(der)
	}
	if err != nil {
		r.unlisted++
		return
	}
	if last := len(r.revoked) - 1; last >= 0 {
		r.revoked[last].exported = true
	}
}

// blocksOf returns the certificates of a file in PEM, or the file itself as the only one.
func blocksOf(content []byte) (all [][]byte) {
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			break
		}
		all, content = append(all, block.Bytes), rest
	}
	if all == nil {
		return [][]byte{content}
	}
	return all
}
