package mdoc

import (
	"crypto/ecdh"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Request is one document that the verifier asked for.
type Request struct {
	DocType string
	// Elements holds the identifiers of the elements that must be present, by namespace. At least one is needed.
	Elements map[string][]string
	// Alternatives holds more sets of elements. The first that the document has as a whole replaces Elements if the
	// document lacks one of those.
	Alternatives []map[string][]string
}

// Options are the verifier's side of a session. Transcript, Requests, Now and Trust are needed.
type Options struct {
	// Transcript is the SessionTranscript that the verifier computed itself, encoded.
	Transcript []byte
	// Requests holds one request for each document type.
	Requests []Request
	Now      time.Time
	// Skew is how far the issuer's clock may be ahead.
	Skew time.Duration
	// Trust decides whether the issuer is trusted. It is called once for a document, after the issuer's signature has been
	// verified with the first certificate of the chain. Verify returns its error as it is.
	Trust func(Issuer) error
	// ReaderKey is the private key that the device makes a MAC key with. Without it a device MAC is refused.
	ReaderKey *ecdh.PrivateKey
}

// Issuer is the argument of Options.Trust.
type Issuer struct {
	DocType string
	Chain   []*Certificate
	Signed  time.Time
}

// DeviceAuthentication is the way in which the device proved that it holds the document's key.
type DeviceAuthentication string

// The ways of ISO/IEC 18013-5 9.1.3.
const (
	BySignature DeviceAuthentication = "signature"
	ByMAC       DeviceAuthentication = "mac"
)

// Document is a verified document.
type Document struct {
	DocType string
	// Elements holds the requested elements that the issuer signed, by namespace. Elements that were not requested have
	// been verified and left out.
	Elements map[string]Elements
	// Set is 0 if these are Request.Elements, 1 if they are the first of Request.Alternatives, and so on.
	Set int
	// DeviceElements holds the elements that the device signed, by namespace. The issuer vouches for none of them.
	DeviceElements map[string]Elements
	Validity       Validity
	Status         *Status // nil where the issuer publishes none
	Chain          []*Certificate
	DeviceAuth     DeviceAuthentication
}

// Verify verifies a DeviceResponse and returns its documents in the order of o.Requests. Each request must be answered
// by exactly one document that has each requested element. The error is a *Fault, an error of o.Trust, or says which
// option is missing.
func Verify(response []byte, o Options) ([]Document, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	wire, err := readResponse(response)
	if err != nil {
		return nil, err
	}
	found := make(map[string]wireDocument, len(wire.Documents))
	for _, document := range wire.Documents {
		if _, twice := found[document.DocType]; twice {
			return nil, fault(DocumentRepeated)
		}
		found[document.DocType] = document
	}
	documents := make([]Document, 0, len(o.Requests))
	for _, request := range o.Requests {
		answer, ok := found[request.DocType]
		if !ok {
			return nil, wire.missing(request.DocType)
		}
		delete(found, request.DocType)
		document, err := o.verify(answer, request)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	if len(found) > 0 {
		return nil, fault(DocumentUnrequested)
	}
	return documents, nil
}

// DocTypes returns the document types of a DeviceResponse, in its order. It verifies nothing: a verifier whose request
// has alternatives calls it to learn which of them Options.Requests must hold.
func DocTypes(response []byte) ([]string, error) {
	wire, err := readResponse(response)
	if err != nil {
		return nil, err
	}
	types := make([]string, len(wire.Documents))
	for i, document := range wire.Documents {
		types[i] = document.DocType
	}
	return types, nil
}

func (o *Options) check() error {
	switch {
	case len(o.Transcript) == 0:
		return errors.New("mdoc: Options.Transcript is missing")
	case strict.Wellformed(o.Transcript) != nil:
		return errors.New("mdoc: Options.Transcript is not CBOR")
	case len(o.Requests) == 0:
		return errors.New("mdoc: Options.Requests is missing")
	case o.Now.IsZero():
		return errors.New("mdoc: Options.Now is missing")
	case o.Trust == nil:
		return errors.New("mdoc: Options.Trust is missing")
	}
	types := make(map[string]bool, len(o.Requests))
	for _, request := range o.Requests {
		for _, set := range request.sets() {
			if count(set) == 0 {
				return errors.New("mdoc: a request names no element")
			}
		}
		if types[request.DocType] {
			return errors.New("mdoc: two requests name one document type")
		}
		types[request.DocType] = true
	}
	return nil
}

// sets returns Elements and the alternatives.
func (r *Request) sets() []map[string][]string {
	return append([]map[string][]string{r.Elements}, r.Alternatives...)
}

func count(set map[string][]string) (n int) {
	for _, elements := range set {
		n += len(elements)
	}
	return n
}

type wireResponse struct {
	Version        string             `cbor:"version"`
	Documents      []wireDocument     `cbor:"documents"`
	DocumentErrors []map[string]int64 `cbor:"documentErrors"`
	Status         *uint64            `cbor:"status"`
}

type wireDocument struct {
	DocType      string `cbor:"docType"`
	IssuerSigned *struct {
		NameSpaces map[string][]cbor.RawMessage `cbor:"nameSpaces"`
		IssuerAuth cbor.RawMessage              `cbor:"issuerAuth"`
	} `cbor:"issuerSigned"`
	DeviceSigned *struct {
		NameSpaces cbor.RawMessage `cbor:"nameSpaces"`
		DeviceAuth struct {
			Signature cbor.RawMessage `cbor:"deviceSignature"`
			MAC       cbor.RawMessage `cbor:"deviceMac"`
		} `cbor:"deviceAuth"`
	} `cbor:"deviceSigned"`
	Errors map[string]map[string]int64 `cbor:"errors"`
}

func readResponse(response []byte) (*wireResponse, error) {
	if len(response) > MaxResponse {
		return nil, fault(TooLarge)
	}
	var wire wireResponse
	if strict.Unmarshal(response, &wire) != nil || wire.Status == nil {
		return nil, fault(Malformed)
	}
	if !knownVersion(wire.Version) {
		return nil, fault(VersionUnsupported)
	}
	if *wire.Status != 0 {
		return nil, fault(StatusNotOK)
	}
	if len(wire.Documents) > maxDocuments {
		return nil, fault(TooLarge)
	}
	for _, document := range wire.Documents {
		if document.DocType == "" || document.IssuerSigned == nil {
			return nil, fault(Malformed)
		}
	}
	return &wire, nil
}

// missing says why there is no document of a type: the device returned an error for it, or nothing.
func (w *wireResponse) missing(docType string) error {
	for _, refused := range w.DocumentErrors {
		if _, ok := refused[docType]; ok {
			return fault(DocumentRefused)
		}
	}
	return fault(DocumentMissing)
}

// verify follows ISO/IEC 18013-5 9.3.1 (issuer data) and 9.1.3 (device).
func (o *Options) verify(wire wireDocument, request Request) (Document, error) {
	auth, ok := readEnvelope(wire.IssuerSigned.IssuerAuth)
	if !ok || auth.payload == nil {
		return Document{}, fault(IssuerAuthMalformed)
	}
	chain, err := auth.chain()
	if err != nil {
		return Document{}, err
	}
	if err := auth.signedBy(chain[0].Key, auth.payload, IssuerSignature); err != nil {
		return Document{}, err
	}
	object, err := readObject(auth.payload)
	if err != nil {
		return Document{}, err
	}
	if object.docType != wire.DocType {
		return Document{}, fault(DocTypeMismatch)
	}
	if err := o.checkValidity(object.validity, chain[0]); err != nil {
		return Document{}, err
	}
	if err := o.Trust(Issuer{DocType: wire.DocType, Chain: chain, Signed: object.validity.Signed}); err != nil {
		return Document{}, err
	}
	elements, err := readItems(wire.IssuerSigned.NameSpaces, object)
	if err != nil {
		return Document{}, err
	}
	document := Document{
		DocType: wire.DocType, Validity: object.validity, Status: object.status, Chain: chain,
	}
	if document.DeviceElements, document.DeviceAuth, err = o.verifyDevice(wire, object); err != nil {
		return Document{}, err
	}
	if err := checkCountry(elements, chain[0]); err != nil {
		return Document{}, err
	}
	document.Elements, document.Set, err = request.pick(elements, wire.Errors)
	return document, err
}

// checkValidity checks the times of the document (ISO/IEC 18013-5 9.3.1, step 5).
func (o *Options) checkValidity(v Validity, signer *Certificate) error {
	switch {
	case v.Signed.Before(signer.NotBefore) || v.Signed.After(signer.NotAfter):
		return fault(SignedOutsideChain)
	case v.Signed.After(o.Now.Add(o.Skew)):
		return fault(SignedInFuture)
	case v.ValidFrom.After(o.Now.Add(o.Skew)):
		return fault(NotYetValid)
	case !o.Now.Before(v.ValidUntil):
		return fault(Expired)
	}
	return nil
}

// item is an IssuerSignedItem.
type item struct {
	DigestID *uint64         `cbor:"digestID"`
	Random   cbor.ByteString `cbor:"random"`
	Element  string          `cbor:"elementIdentifier"`
	Value    cbor.RawMessage `cbor:"elementValue"`
}

// minRandom is the least length of the random value of an item, in bytes (ISO/IEC 18013-5 9.1.2.5).
const minRandom = 16

// readItems checks the digest of each item, over the bytes as the device sent them (ISO/IEC 18013-5 9.1.2.5), and
// returns the elements by namespace.
func readItems(namespaces map[string][]cbor.RawMessage, object *securityObject) (map[string]Elements, error) {
	all := make(map[string]Elements, len(namespaces))
	for namespace, items := range namespaces {
		elements, seen := make(Elements, len(items)), make(map[uint64]bool, len(items))
		for _, raw := range items {
			item, err := readItem(raw)
			if err != nil {
				return nil, err
			}
			if seen[*item.DigestID] {
				return nil, fault(DigestIDRepeated)
			}
			if _, twice := elements[item.Element]; twice {
				return nil, fault(ElementRepeated)
			}
			want, ok := object.digests[namespace][*item.DigestID]
			if !ok {
				return nil, fault(DigestMissing)
			}
			if subtle.ConstantTimeCompare([]byte(want), digest(object.hash, raw)) != 1 {
				return nil, fault(DigestMismatch)
			}
			seen[*item.DigestID], elements[item.Element] = true, Value(item.Value)
		}
		all[namespace] = elements
	}
	return all, nil
}

func readItem(raw []byte) (item, error) {
	var item item
	content, ok := readEncoded(raw)
	if !ok || strict.Unmarshal(content, &item) != nil {
		return item, fault(ItemMalformed)
	}
	if item.DigestID == nil || item.Element == "" || item.Value == nil {
		return item, fault(ItemMalformed)
	}
	if len(item.Random) < minRandom {
		return item, fault(RandomTooShort)
	}
	return item, nil
}

// pick returns the requested elements: those of the first set that the document has as a whole, and the index of that
// set. The error is about the first set.
func (r *Request) pick(
	have map[string]Elements, refused map[string]map[string]int64,
) (picked map[string]Elements, set int, first error) {
	for i, wanted := range r.sets() {
		picked, err := pickSet(wanted, have, refused)
		if err == nil {
			return picked, i, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, 0, first
}

// pickSet returns the elements of a set. An element that is missing, or that the device refused, fails the document: a
// response without elements must not pass for a proof.
func pickSet(
	set map[string][]string, have map[string]Elements, refused map[string]map[string]int64,
) (map[string]Elements, error) {
	picked := make(map[string]Elements, len(set))
	for namespace, wanted := range set {
		picked[namespace] = make(Elements, len(wanted))
		for _, element := range wanted {
			name, ok := have[namespace].answer(element)
			if ok {
				picked[namespace][name] = have[namespace][name]
				continue
			}
			if _, ok := refused[namespace][element]; ok {
				return nil, faultOf(ElementRefused, namespace, element)
			}
			return nil, faultOf(ElementMissing, namespace, element)
		}
	}
	return picked, nil
}

// checkCountry compares the issuing country and jurisdiction of a driving licence, if it shows them, with the subject
// of the certificate (ISO/IEC 18013-5 9.3.1, and Table B.3).
func checkCountry(have map[string]Elements, signer *Certificate) error {
	licence := have[NamespaceMDL]
	for element, subject := range map[string][]string{
		"issuing_country": signer.Subject.Country, "issuing_jurisdiction": signer.Subject.Province,
	} {
		value, shown := licence[element]
		if !shown || len(subject) == 0 {
			continue
		}
		if text, err := value.Text(); err != nil || text != subject[0] {
			return fault(CountryMismatch)
		}
	}
	return nil
}
