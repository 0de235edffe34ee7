package emrtdtest

import (
	"crypto/sha1" //nolint:gosec // RFC 5280 4.2.1.2 names keys by their SHA-1
	"encoding/asn1"
	"math/big"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Now is the time at which the chips of this package are valid.
var Now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Certificate is a certificate and its private key.
type Certificate struct {
	*emrtd.Certificate
	Private *Key
}

// Template is the content of a certificate. Its zero values are replaced by those of the kind of certificate.
type Template struct {
	Serial              int64
	Country, CommonName string
	// Name is the subject in DER, in place of Country and CommonName.
	Name                []byte
	NotBefore, NotAfter time.Time
	// Extensions are changed by Change before the certificate is signed, by name.
	Change func(extensions map[string][]byte)
	// Issuer is the name of the issuer in DER, in place of that of the parent.
	Issuer []byte
	// Version is 3 if 0.
	Version int64
}

// Name returns a name in DER: country, organization and common name.
func Name(country, common string) []byte {
	return seq(set(seq(oid(2, 5, 4, 6), tlv(0x13, []byte(country)))),
		set(seq(oid(2, 5, 4, 10), tlv(0x0c, []byte("Test")))),
		set(seq(oid(2, 5, 4, 3), tlv(0x0c, []byte(common)))))
}

// The names of extensions.
const (
	SubjectKeyID     = "subject key identifier"
	AuthorityKeyID   = "authority key identifier"
	BasicConstraints = "basic constraints"
	KeyUsage         = "key usage"
	ExtKeyUsage      = "extended key usage"
	DocumentTypes    = "document types"
	Unknown          = "unknown"
)

var extensionOrder = []string{
	SubjectKeyID, AuthorityKeyID, BasicConstraints, KeyUsage, ExtKeyUsage, DocumentTypes, Unknown,
}

// Extension returns an extension.
func Extension(critical bool, value []byte, arcs ...int) []byte {
	if critical {
		return seq(oid(arcs...), []byte{1, 1, 0xff}, octets(value))
	}
	return seq(oid(arcs...), octets(value))
}

// Usage returns the key usage with the bits of an octet.
func Usage(bits byte) []byte {
	unused := byte(0)
	for ; unused < 7 && bits&(1<<unused) == 0; unused++ {
	}
	return Extension(true, tlv(0x03, []byte{unused, bits}), 2, 5, 29, 15)
}

// Purpose returns the extended key usage of one purpose.
func Purpose(arcs ...int) []byte { return Extension(true, seq(oid(arcs...)), 2, 5, 29, 37) }

// CA returns basic constraints.
func CA(is bool) []byte {
	if is {
		return Extension(true, seq([]byte{1, 1, 0xff}, integer(0)), 2, 5, 29, 19)
	}
	return Extension(true, seq(), 2, 5, 29, 19)
}

// Types returns the extension that restricts the types of documents.
func Types(types ...string) []byte {
	var list [][]byte
	for _, t := range types {
		list = append(list, tlv(0x13, []byte(t)))
	}
	return Extension(false, seq(integer(0), set(list...)), 2, 23, 136, 1, 1, 6, 2)
}

func keyID(info []byte) []byte {
	name := sha1.Sum(info) //nolint:gosec // see above
	return name[:]
}

// serial is the serial number of the last certificate that was made without one.
var serial atomic.Int64

// Certify returns a certificate of a key. It is signed by parent, or by itself if parent is nil.
func Certify(t Template, key *Key, parent *Certificate, extensions map[string][]byte) *Certificate {
	if t.Serial == 0 {
		t.Serial = serial.Add(1)
	}
	if t.Name == nil {
		t.Name = Name(t.Country, t.CommonName)
	}
	issuer, signs, issuerKey := t.Name, key, keyID(key.Public())
	if parent != nil {
		issuer, signs, issuerKey = parent.RawSubject, parent.Private, parent.SubjectKeyID
	}
	if t.Issuer != nil {
		issuer = t.Issuer
	}
	extensions[SubjectKeyID] = Extension(false, octets(keyID(key.Public())), 2, 5, 29, 14)
	extensions[AuthorityKeyID] = Extension(false, seq(tlv(0x80, issuerKey)), 2, 5, 29, 35)
	if t.Change != nil {
		t.Change(extensions)
	}
	var list []byte
	for _, name := range extensionOrder {
		list = append(list, extensions[name]...)
	}
	version := t.Version
	if version == 0 {
		version = 3
	}
	parts := [][]byte{explicit(0, integer(version-1)), bigInteger(big.NewInt(t.Serial)), signs.ID(), issuer,
		seq(clock(t.NotBefore), clock(t.NotAfter)), t.Name, key.Public()}
	if version == 3 {
		parts = append(parts, explicit(3, seq(list)))
	}
	tbs := seq(parts...)
	der := seq(tbs, signs.ID(), bits(signs.Sign(tbs)))
	return &Certificate{must(emrtd.ParseCertificate(der)), key}
}

func clock(at time.Time) []byte { return must(asn1.Marshal(at.UTC())) }

// Authority returns a self-signed certificate of a country signing authority.
func Authority(t Template, key *Key) *Certificate {
	return Certify(t.with("Test CSCA", Now.AddDate(-3, 0, 0), Now.AddDate(12, 0, 0)), key, nil,
		map[string][]byte{BasicConstraints: CA(true), KeyUsage: Usage(0x06)})
}

// Link returns the certificate by which an authority says that a newer one is its successor.
func Link(t Template, successor, authority *Certificate) *Certificate {
	t.Name = successor.RawSubject
	return Certify(t.with("", Now.AddDate(-1, 0, 0), Now.AddDate(10, 0, 0)), successor.Private, authority,
		map[string][]byte{BasicConstraints: CA(true), KeyUsage: Usage(0x06)})
}

// Signer returns a certificate of a document signer.
func Signer(t Template, key *Key, authority *Certificate) *Certificate {
	return Certify(t.with("Test DS", Now.AddDate(0, -3, 0), Now.AddDate(10, 3, 0)), key, authority,
		map[string][]byte{KeyUsage: Usage(0x80)})
}

// ListSigner returns a certificate of a signer of master lists.
func ListSigner(t Template, key *Key, authority *Certificate) *Certificate {
	return Certify(t.with("Test ML", Now.AddDate(0, -3, 0), Now.AddDate(1, 0, 0)), key, authority,
		map[string][]byte{KeyUsage: Usage(0x80), ExtKeyUsage: Purpose(2, 23, 136, 1, 1, 3)})
}

func (t Template) with(common string, notBefore, notAfter time.Time) Template {
	if t.Country == "" {
		t.Country = "UT"
	}
	if t.CommonName == "" {
		t.CommonName = common
	}
	if t.NotBefore.IsZero() {
		t.NotBefore = notBefore
	}
	if t.NotAfter.IsZero() {
		t.NotAfter = notAfter
	}
	return t
}

// RevocationList returns a list of revoked serial numbers of an authority.
func RevocationList(authority *Certificate, issued, next time.Time, serials ...int64) []byte {
	var revoked []byte
	for _, number := range serials {
		revoked = append(revoked, seq(integer(number), clock(issued))...)
	}
	parts := [][]byte{integer(1), authority.Private.ID(), authority.RawSubject, clock(issued), clock(next)}
	if revoked != nil {
		parts = append(parts, seq(revoked))
	}
	tbs := seq(append(parts, explicit(0, seq(Extension(false, seq(tlv(0x80, authority.SubjectKeyID)), 2, 5, 29, 35))))...)
	return seq(tbs, authority.Private.ID(), bits(authority.Private.Sign(tbs)))
}

// MasterList returns a master list of certificates.
func MasterList(signer *Certificate, listed ...*Certificate) []byte {
	var all []byte
	for _, c := range listed {
		all = append(all, c.DER...)
	}
	m := Message{Type: oid(2, 23, 136, 1, 1, 2), Content: seq(integer(0), tlv(0x31, all)), Signer: signer}
	return m.Encode()
}

// Time returns a time in DER.
func Time(at time.Time) []byte { return clock(at) }
