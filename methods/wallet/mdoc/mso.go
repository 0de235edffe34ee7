package mdoc

import (
	"crypto"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// digestAlgorithms are the hashes of ISO/IEC 18013-5 Table 21.
var digestAlgorithms = map[string]crypto.Hash{
	"SHA-256": crypto.SHA256,
	"SHA-384": crypto.SHA384,
	"SHA-512": crypto.SHA512,
}

// Validity is ValidityInfo (ISO/IEC 18013-5 9.1.2.4). ExpectedUpdate is zero where the issuer gives none.
type Validity struct {
	Signed         time.Time
	ValidFrom      time.Time
	ValidUntil     time.Time
	ExpectedUpdate time.Time
}

// Status says where the issuer publishes whether the document is revoked. The caller looks it up.
type Status struct {
	// ListURI and ListIndex are the token status list and the document's index in it (Token Status List, section 6.3).
	// ListURI is empty where the document names none.
	ListURI   string
	ListIndex uint64
	// IdentifierURI and Identifier are the list of identifiers and the document's one (ISO/IEC 18013-5, second edition,
	// 12.3.6). IdentifierURI is empty where the document names none.
	IdentifierURI string
	Identifier    []byte
}

// securityObject is the MobileSecurityObject.
type securityObject struct {
	hash     crypto.Hash
	digests  map[string]map[uint64]cbor.ByteString
	key      deviceKey
	docType  string
	validity Validity
	status   *Status

	// namespaces and elements are KeyAuthorizations: the device may sign them itself.
	namespaces []string
	elements   map[string][]string
}

// authorizes reports whether the issuer lets the device sign an element (ISO/IEC 18013-5 9.1.2.4, KeyAuthorizations).
func (o *securityObject) authorizes(namespace, element string) bool {
	return slices.Contains(o.namespaces, namespace) || slices.Contains(o.elements[namespace], element)
}

type wireObject struct {
	Version         string                                `cbor:"version"`
	DigestAlgorithm string                                `cbor:"digestAlgorithm"`
	ValueDigests    map[string]map[uint64]cbor.ByteString `cbor:"valueDigests"`
	DeviceKeyInfo   struct {
		DeviceKey      cbor.RawMessage `cbor:"deviceKey"`
		Authorizations struct {
			NameSpaces   []string            `cbor:"nameSpaces"`
			DataElements map[string][]string `cbor:"dataElements"`
		} `cbor:"keyAuthorizations"`
	} `cbor:"deviceKeyInfo"`
	DocType  string `cbor:"docType"`
	Validity struct {
		Signed         cbor.RawMessage `cbor:"signed"`
		ValidFrom      cbor.RawMessage `cbor:"validFrom"`
		ValidUntil     cbor.RawMessage `cbor:"validUntil"`
		ExpectedUpdate cbor.RawMessage `cbor:"expectedUpdate"`
	} `cbor:"validityInfo"`
	Status cbor.RawMessage `cbor:"status"`
}

// readObject reads the payload of IssuerAuth, MobileSecurityObjectBytes.
func readObject(payload []byte) (*securityObject, error) {
	content, ok := readEncoded(payload)
	var wire wireObject
	if !ok || strict.Unmarshal(content, &wire) != nil {
		return nil, fault(MSOMalformed)
	}
	if !knownVersion(wire.Version) {
		return nil, fault(MSOVersion)
	}
	o := &securityObject{
		digests: wire.ValueDigests, docType: wire.DocType,
		namespaces: wire.DeviceKeyInfo.Authorizations.NameSpaces,
		elements:   wire.DeviceKeyInfo.Authorizations.DataElements,
	}
	if o.hash, ok = digestAlgorithms[wire.DigestAlgorithm]; !ok {
		return nil, fault(DigestAlgorithm)
	}
	if len(o.digests) == 0 || o.docType == "" || wire.DeviceKeyInfo.DeviceKey == nil || !o.soundAuthorizations() {
		return nil, fault(MSOMalformed)
	}
	var err error
	if o.key, err = readKey(wire.DeviceKeyInfo.DeviceKey); err != nil {
		return nil, err
	}
	if o.validity, err = wire.validity(); err != nil {
		return nil, err
	}
	o.status, err = readStatus(wire.Status)
	return o, err
}

// soundAuthorizations reports whether no namespace is authorized both as a whole and by its elements
// (ISO/IEC 18013-5 9.1.2.4).
func (o *securityObject) soundAuthorizations() bool {
	for namespace := range o.elements {
		if slices.Contains(o.namespaces, namespace) {
			return false
		}
	}
	return true
}

// knownVersion reports whether version is 1 with any minor version: later minor versions add fields, which are ignored.
func knownVersion(version string) bool {
	minor, ok := strings.CutPrefix(version, "1.")
	return ok && minor != "" && strings.Trim(minor, "0123456789") == ""
}

func (w *wireObject) validity() (v Validity, err error) {
	for raw, to := range map[*cbor.RawMessage]*time.Time{
		&w.Validity.Signed: &v.Signed, &w.Validity.ValidFrom: &v.ValidFrom, &w.Validity.ValidUntil: &v.ValidUntil,
	} {
		var ok bool
		if *to, ok = readInstant(*raw); !ok {
			return Validity{}, fault(ValidityMalformed)
		}
	}
	if w.Validity.ExpectedUpdate != nil {
		var ok bool
		if v.ExpectedUpdate, ok = readInstant(w.Validity.ExpectedUpdate); !ok {
			return Validity{}, fault(ValidityMalformed)
		}
	}
	if v.ValidFrom.Before(v.Signed) || !v.ValidUntil.After(v.ValidFrom) {
		return Validity{}, fault(ValidityMalformed)
	}
	return v, nil
}

// The tags of dates (RFC 8949 3.4.1, RFC 8943).
const (
	tagDateTime = 0
	tagFullDate = 1004
)

// readInstant reads a tdate: a text under tag 0 in the form of RFC 3339. ISO/IEC 18013-5 9.1.2.4 wants neither
// fractions of seconds nor offsets, but some issuers write them, and nothing depends on them.
func readInstant(raw []byte) (time.Time, bool) {
	text, ok := readTagged(raw, tagDateTime)
	if !ok {
		return time.Time{}, false
	}
	instant, err := time.Parse(time.RFC3339, text)
	return instant, err == nil
}

func readTagged(raw []byte, tag uint64) (string, bool) {
	major, number, rest, ok := readHead(raw)
	if !ok || major != majorTag || number != tag {
		return "", false
	}
	var text string
	if len(rest) == 0 || rest[0]&0xe0 != majorText || strict.Unmarshal(rest, &text) != nil {
		return "", false
	}
	return text, true
}

// readStatus reads the status of the document. Without one it returns nil.
func readStatus(raw []byte) (*Status, error) {
	if raw == nil {
		return nil, nil
	}
	var wire struct {
		List *struct {
			Index *uint64 `cbor:"idx"`
			URI   string  `cbor:"uri"`
		} `cbor:"status_list"`
		Identifiers *struct {
			ID  cbor.ByteString `cbor:"id"`
			URI string          `cbor:"uri"`
		} `cbor:"identifier_list"`
	}
	if strict.Unmarshal(raw, &wire) != nil || (wire.List == nil && wire.Identifiers == nil) {
		return nil, fault(StatusMalformed)
	}
	status := &Status{}
	if list := wire.List; list != nil {
		if list.Index == nil || list.URI == "" {
			return nil, fault(StatusMalformed)
		}
		status.ListURI, status.ListIndex = list.URI, *list.Index
	}
	if list := wire.Identifiers; list != nil {
		if list.ID == "" || list.URI == "" {
			return nil, fault(StatusMalformed)
		}
		status.IdentifierURI, status.Identifier = list.URI, []byte(list.ID)
	}
	return status, nil
}
