package mdoc

import (
	"crypto"

	"github.com/fxamacker/cbor/v2"
)

// The header labels of COSE (RFC 9052 3.1, RFC 9360 2).
const (
	labelAlg     = int64(1)
	labelCrit    = int64(2)
	labelX5Chain = int64(33)
)

// maxChain is the number of certificates that a header may hold.
const maxChain = 4

// envelope is a COSE_Sign1 or a COSE_Mac0 (RFC 9052 4.2, 6.2). ISO/IEC 18013-5 has both without their tags.
type envelope struct {
	protected   []byte
	payload     []byte // nil where it is detached
	proof       []byte // signature or tag
	algorithm   int64
	protectedBy map[any]cbor.RawMessage
	open        map[any]cbor.RawMessage
}

// readEnvelope reads an envelope. It returns false if the envelope is malformed: RFC 9052 forbids a label that is in
// both headers, ISO/IEC 18013-5 9.1.2.4 wants the algorithm in the protected one, and critical headers are not known.
func readEnvelope(raw []byte) (e envelope, ok bool) {
	var wire struct {
		_           struct{} `cbor:",toarray"`
		Protected   cbor.RawMessage
		Unprotected map[any]cbor.RawMessage
		Payload     cbor.RawMessage
		Proof       cbor.RawMessage
	}
	if len(raw) == 0 || raw[0] != majorArray|4 || strict.Unmarshal(raw, &wire) != nil || wire.Unprotected == nil {
		return e, false
	}
	e.open = wire.Unprotected
	if e.protected, ok = readBytes(wire.Protected); !ok || strict.Unmarshal(e.protected, &e.protectedBy) != nil {
		return e, false
	}
	if e.proof, ok = readBytes(wire.Proof); !ok {
		return e, false
	}
	if !isNull(wire.Payload) {
		if e.payload, ok = readBytes(wire.Payload); !ok {
			return e, false
		}
	}
	return e, e.readHeaders()
}

func (e *envelope) readHeaders() bool {
	for label := range e.protectedBy {
		if _, twice := e.open[label]; twice || label == labelCrit {
			return false
		}
	}
	if _, critical := e.open[labelCrit]; critical {
		return false
	}
	algorithm, ok := e.protectedBy[labelAlg]
	return ok && strict.Unmarshal(algorithm, &e.algorithm) == nil && e.algorithm != 0
}

func isNull(raw []byte) bool {
	return len(raw) == 1 && raw[0] == cborNull
}

// signed returns the bytes that the signature or the tag is made over: Sig_structure with the context "Signature1" or
// MAC_structure with "MAC0" (RFC 9052 4.4, 6.3), without external data.
func (e *envelope) signed(context string, payload []byte) []byte {
	to := make([]byte, 0, len(context)+len(e.protected)+len(payload)+24)
	to = appendText(appendHead(to, majorArray, 4), context)
	to = appendBytes(appendBytes(to, e.protected), nil)
	return appendBytes(to, payload)
}

// signedBy checks the envelope as a COSE_Sign1 over payload. It returns AlgorithmUnsupported if the algorithm is not
// that of the key, and the code bad if the signature is not the key's.
func (e *envelope) signedBy(key crypto.PublicKey, payload []byte, bad Code) error {
	if algorithm, _ := algorithmOf(key); algorithm == 0 || algorithm != e.algorithm {
		return fault(AlgorithmUnsupported)
	}
	if !verify(key, e.signed("Signature1", payload), e.proof) {
		return fault(bad)
	}
	return nil
}

// chain returns the certificates of the header x5chain (RFC 9360 2): one byte string, or an array. RFC 9360 wants a
// single certificate outside an array, but wallets on Android put it into one.
func (e *envelope) chain() ([]*Certificate, error) {
	raw, ok := e.open[labelX5Chain]
	if !ok {
		raw, ok = e.protectedBy[labelX5Chain]
	}
	if !ok {
		return nil, fault(ChainMissing)
	}
	list := []cbor.RawMessage{raw}
	if raw[0]&0xe0 == majorArray {
		list = nil
		if strict.Unmarshal(raw, &list) != nil || len(list) == 0 || len(list) > maxChain {
			return nil, fault(CertificateMalformed)
		}
	}
	chain := make([]*Certificate, 0, len(list))
	for _, entry := range list {
		der, ok := readBytes(entry)
		if !ok {
			return nil, fault(CertificateMalformed)
		}
		certificate, err := ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	return chain, nil
}

// Signed is the content of a COSE_Sign1 after the check of its signature.
type Signed struct {
	Payload []byte
	Chain   []*Certificate
}

// OpenSigned reads a COSE_Sign1 with the header x5chain, with or without tag 18, and checks its signature with the
// first certificate. It does not check whether that certificate is to be trusted. Lists of issuers come in this form
// (ISO/IEC 18013-5 Annex C).
func OpenSigned(data []byte) (Signed, error) {
	if major, number, rest, ok := readHead(data); ok && major == majorTag && number == 18 {
		data = rest
	}
	e, ok := readEnvelope(data)
	if !ok || e.payload == nil {
		return Signed{}, fault(IssuerAuthMalformed)
	}
	chain, err := e.chain()
	if err != nil {
		return Signed{}, err
	}
	if err := e.signedBy(chain[0].Key, e.payload, IssuerSignature); err != nil {
		return Signed{}, err
	}
	return Signed{Payload: e.payload, Chain: chain}, nil
}
