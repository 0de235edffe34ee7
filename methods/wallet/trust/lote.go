package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// lote is a list of trusted entities in JSON (ETSI TS 119 602, 6).
type lote struct {
	List *struct {
		Scheme struct {
			Issued string `json:"ListIssueDateTime"`
			Next   string `json:"NextUpdate"`
		} `json:"ListAndSchemeInformation"`
		Entities []struct {
			Services []struct {
				Information struct {
					Type     string `json:"ServiceTypeIdentifier"`
					Status   string `json:"ServiceStatus"`
					Identity struct {
						Certificates []struct {
							Value string `json:"val"`
						} `json:"X509Certificates"`
					} `json:"ServiceDigitalIdentity"`
				} `json:"ServiceInformation"`
			} `json:"TrustedEntityServices"`
		} `json:"TrustedEntitiesList"`
	} `json:"LoTE"`
}

// lote reads the certificates of a list of trusted entities in JSON, as a compact JWS or without a signature: those of
// services of the types that the source names. Lists of providers of PID have no status; a status that is there must be
// one under which a service may issue.
func (f *file) lote(content []byte) ([]Anchor, *List, error) {
	if err := f.listable(); err != nil {
		return nil, nil, err
	}
	payload, err := f.lotePayload(content)
	if err != nil {
		return nil, nil, err
	}
	var wire lote
	if json.Unmarshal(payload, &wire, json.MatchCaseInsensitiveNames(false)) != nil || wire.List == nil {
		return nil, nil, f.fault(FileMalformed, "it is JSON, and no list of trusted entities (LoTE)")
	}
	reader := listReader{file: f, list: &List{
		File: f.path, Issued: listTime(wire.List.Scheme.Issued), NextUpdate: listTime(wire.List.Scheme.Next),
	}}
	for _, entity := range wire.List.Entities {
		for _, service := range entity.Services {
			of := service.Information
			if of.Status != "" && !granted(of.Status) {
				continue
			}
			for _, certificate := range of.Identity.Certificates {
				if err := reader.add(of.Type, certificate.Value); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	return reader.anchors, reader.list, nil
}

// lotePayload returns the JSON of a list, after the check of its signature if it has one.
func (f *file) lotePayload(content []byte) ([]byte, error) {
	if content[0] == '{' {
		if f.source.ListSigners != "" {
			return nil, f.fault(ListSigner, "it is not signed, and signers are configured")
		}
		return content, nil
	}
	parts := strings.Split(string(content), ".")
	if len(parts) != 3 {
		return nil, f.fault(FileMalformed, "it begins like a signed JSON list, and is no compact JWS")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, f.fault(FileMalformed, "part %d of its JWS is not in base64url", i+1)
		}
	}
	algorithm, chain, err := f.jwsHeader(decoded[0])
	if err != nil {
		return nil, err
	}
	if !signsJWS(chain[0], algorithm, []byte(parts[0]+"."+parts[1]), decoded[2]) {
		return nil, f.fault(ListSignature, "its signature is not that of its certificate")
	}
	if !f.knownSigner(chain) {
		return nil, f.fault(ListSigner, "no certificate of the configured signers has signed it")
	}
	return decoded[1], nil
}

// knownCritical are header parameters that may be critical: the time at which the list was signed, by its claim, says
// nothing about its validity.
var knownCritical = []string{"sigT"}

func (f *file) jwsHeader(text []byte) (algorithm string, chain []*mdoc.Certificate, err error) {
	var header struct {
		Algorithm string   `json:"alg"`
		Chain     []string `json:"x5c"`
		Critical  []string `json:"crit"`
		Encoded   *bool    `json:"b64"`
	}
	switch {
	case json.Unmarshal(text, &header, json.MatchCaseInsensitiveNames(false)) != nil:
		return "", nil, f.fault(FileMalformed, "the header of its JWS is malformed")
	case header.Encoded != nil, slices.ContainsFunc(header.Critical, func(name string) bool {
		return !slices.Contains(knownCritical, name)
	}):
		return "", nil, f.fault(FileMalformed, "the header of its JWS has a critical parameter that is not supported")
	case len(header.Chain) == 0:
		return "", nil, f.fault(FileMalformed, "the header of its JWS has no x5c")
	}
	for _, entry := range header.Chain {
		der, err := base64.StdEncoding.DecodeString(entry)
		if err != nil {
			return "", nil, f.fault(FileMalformed, "the x5c of its JWS is not in base64")
		}
		certificate, err := mdoc.ParseCertificate(der)
		if err != nil {
			return "", nil, f.fault(FileMalformed, "a certificate in x5c has a key of an unsupported kind, such as RSA")
		}
		chain = append(chain, certificate)
	}
	return header.Algorithm, chain, nil
}

// jwsAlgorithms has the size of the key's curve in bits by the algorithms that are accepted.
var jwsAlgorithms = map[string]struct {
	of   x509.SignatureAlgorithm
	size int
}{
	"ES256": {x509.ECDSAWithSHA256, 32}, "ES384": {x509.ECDSAWithSHA384, 48}, "ES512": {x509.ECDSAWithSHA512, 66},
}

// signsJWS reports whether signature is the certificate's, by ECDSA in the form of JOSE: r and s of the same length.
func signsJWS(certificate *mdoc.Certificate, algorithm string, signed, signature []byte) bool {
	by, known := jwsAlgorithms[algorithm]
	if !known || len(signature) != 2*by.size {
		return false
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(signature[:by.size]), new(big.Int).SetBytes(signature[by.size:]),
	})
	return err == nil && certificate.Signs(by.of, signed, der)
}

// listReader collects the certificates of a list of the EU.
type listReader struct {
	file    *file
	list    *List
	anchors []Anchor
}

// add takes a certificate, in base64, of a service of a type.
func (r *listReader) add(service, certificate string) error {
	docTypes := r.file.source.Services[strings.TrimSpace(service)]
	if len(docTypes) == 0 {
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(certificate), ""))
	if err != nil {
		return r.file.fault(FileMalformed, "a certificate is not in base64")
	}
	parsed, err := mdoc.ParseCertificate(der)
	if err != nil {
		r.list.Skipped++
		return nil //nolint:nilerr // the number tells the operator
	}
	r.anchors = append(r.anchors, r.file.anchor(parsed, docTypes))
	return nil
}

// listable refuses a list of the EU that is too large, or of which nothing would be taken.
func (f *file) listable() error {
	if len(f.content) > maxList {
		return f.fault(FileMalformed, "it is larger than %d bytes", maxList)
	}
	if len(f.source.Services) == 0 {
		return f.fault(FileMalformed, "it is an EU trusted list, and no types of services are configured")
	}
	return nil
}

// isLoTE reports whether content begins like a list of trusted entities in JSON, or like a compact JWS.
func isLoTE(content []byte) bool {
	return content[0] == '{' || bytes.HasPrefix(content, []byte("eyJ"))
}
