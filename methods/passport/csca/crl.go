package csca

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

// revocations is a certificate revocation list (ICAO 9303-12 7.1.3; RFC 5280 5).
type revocations struct {
	source       string
	exported     bool // the list is one of an export of the ICAO directory
	issuer       []byte
	issued, next time.Time // next is zero if the list does not say
	serials      map[string]bool

	signed, signature []byte
	algorithm         pkix.AlgorithmIdentifier
}

type listWire struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

type listEntry struct {
	Serial     *big.Int
	At         time.Time
	Extensions asn1.RawValue `asn1:"optional"`
}

type tbsList struct {
	Version    int `asn1:"optional,default:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Issued     time.Time
	Next       time.Time        `asn1:"optional"`
	Revoked    []listEntry      `asn1:"optional"`
	Extensions []pkix.Extension `asn1:"optional,explicit,tag:0"`
}

var errList = errors.New("it is no revocation list that can be read")

// The extensions of revocation lists that say nothing a verifier has to act on: authority key identifier, number, and
// issuer alternative name.
var listExtensions = []asn1.ObjectIdentifier{{2, 5, 29, 35}, {2, 5, 29, 20}, {2, 5, 29, 18}}

func parseList(der []byte, source string) (*revocations, error) {
	var (
		wire listWire
		tbs  tbsList
	)
	if rest, err := asn1.Unmarshal(der, &wire); err != nil || len(rest) > 0 {
		return nil, errList
	}
	if rest, err := asn1.Unmarshal(wire.TBS.FullBytes, &tbs); err != nil || len(rest) > 0 {
		return nil, errList
	}
	for _, e := range tbs.Extensions {
		known := false
		for _, id := range listExtensions {
			known = known || id.Equal(e.Id)
		}
		if e.Critical && !known {
			return nil, errors.New("the revocation list is of a kind that is not supported: " + e.Id.String())
		}
	}
	l := &revocations{
		source: source, issuer: tbs.Issuer.FullBytes, issued: tbs.Issued, next: tbs.Next, serials: map[string]bool{},
		signed: wire.TBS.FullBytes, algorithm: wire.Algorithm, signature: wire.Signature.Bytes,
	}
	for _, entry := range tbs.Revoked {
		l.serials[entry.Serial.String()] = true
	}
	return l, nil
}

func (l *revocations) has(serial *big.Int) bool { return l.serials[serial.String()] }

func (l *revocations) signedBy(a *emrtd.Certificate, sha1 bool) bool {
	return a.Signs(l.algorithm, l.signed, l.signature, sha1) == nil
}

// currentAt reports whether the list is the newest one that there can be. A list that does not say when the next one
// comes is never current.
func (l *revocations) currentAt(now time.Time) bool {
	return !now.Before(l.issued) && !l.next.IsZero() && !now.After(l.next)
}
