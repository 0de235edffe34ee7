package trust

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// maxList is the greatest size of a list, in bytes.
const maxList = 16 << 20

var lists = mustMode(cbor.DecOptions{
	DupMapKey:        cbor.DupMapKeyEnforcedAPF,
	IndefLength:      cbor.IndefLengthForbidden,
	MaxNestedLevels:  16,
	MaxArrayElements: 1 << 16,
	MaxMapPairs:      1 << 10,
	TimeTag:          cbor.DecTagRequired,
})

func mustMode(o cbor.DecOptions) cbor.DecMode {
	mode, err := o.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}

// vical reads a Verified Issuer Certificate Authority List (ISO/IEC 18013-5 C.1.7.1). Of each entry it takes the
// certificate and its document types; the other fields repeat the certificate.
func (f *file) vical() ([]Anchor, *List, error) {
	if len(f.content) > maxList {
		return nil, nil, f.fault(FileMalformed, "it is larger than %d bytes", maxList)
	}
	signed, err := mdoc.OpenSigned(f.content)
	if errors.Is(err, &mdoc.Fault{Code: mdoc.IssuerSignature}) {
		return nil, nil, f.fault(ListSignature, "its signature is not that of its certificate")
	}
	if err != nil {
		return nil, nil, f.fault(FileMalformed, "it begins like a VICAL, and is no COSE_Sign1 with a certificate: %s", err)
	}
	if !f.knownSigner(signed.Chain) {
		return nil, nil, f.fault(ListSigner, "no certificate of the configured signers has signed it")
	}
	var wire struct {
		Version    string    `cbor:"version"`
		Date       time.Time `cbor:"date"`
		NextUpdate time.Time `cbor:"nextUpdate"`
		Infos      []struct {
			Certificate cbor.ByteString `cbor:"certificate"`
			DocTypes    []string        `cbor:"docType"`
		} `cbor:"certificateInfos"`
	}
	if lists.Unmarshal(signed.Payload, &wire) != nil || len(wire.Infos) == 0 {
		return nil, nil, f.fault(FileMalformed, "its payload is no VICAL, or has no certificates")
	}
	var anchors []Anchor
	list := &List{File: f.path, Issued: wire.Date, NextUpdate: wire.NextUpdate}
	for _, info := range wire.Infos {
		docTypes := slices.DeleteFunc(slices.Clone(f.source.DocTypes), func(docType string) bool {
			return !slices.Contains(info.DocTypes, docType)
		})
		if len(docTypes) == 0 {
			continue
		}
		certificate, err := mdoc.ParseCertificate([]byte(info.Certificate))
		if err != nil {
			list.Skipped++
			continue
		}
		anchors = append(anchors, f.anchor(certificate, docTypes))
	}
	return anchors, list, nil
}

// knownSigner reports whether a chain leads to a certificate of Source.ListSigners, if there are any.
func (f *file) knownSigner(chain []*mdoc.Certificate) bool {
	if f.source.ListSigners == "" {
		return true
	}
	if FormOf(f.signers) != FormCertificates {
		return false
	}
	known, detail := readCertificates(f.signers)
	if detail != "" {
		return false
	}
	for i, certificate := range chain {
		if i > 0 && (!certificate.IsCA || !chain[i-1].SignedBy(certificate)) {
			return false
		}
		for _, signer := range known {
			if bytes.Equal(signer.DER, certificate.DER) || (signer.IsCA && certificate.SignedBy(signer)) {
				return true
			}
		}
	}
	return false
}
