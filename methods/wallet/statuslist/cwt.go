package statuslist

import (
	"bytes"
	"context"

	"github.com/fxamacker/cbor/v2"
)

// The header labels of COSE (RFC 9052 3.1, RFC 9360 2, RFC 9596 2), and the CBOR tag of a COSE_Sign1.
const (
	labelAlg     = int64(1)
	labelCrit    = int64(2)
	labelKeyID   = int64(4)
	labelType    = int64(16)
	labelX5Chain = int64(33)

	tagSign1 = 0xd2
)

const typeCWT = "application/statuslist+cwt"

// algorithms are those of COSE (RFC 9053 2), by their names in JOSE.
var algorithms = map[int64]string{-7: "ES256", -35: "ES384", -36: "ES512", -8: "EdDSA"}

// strict decodes CBOR without repeated keys, indefinite lengths, tags, and numbers that are none.
var strict = mustMode(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	IndefLength:       cbor.IndefLengthForbidden,
	TagsMd:            cbor.TagsForbidden,
	NaN:               cbor.NaNDecodeForbidden,
	Inf:               cbor.InfDecodeForbidden,
	IntDec:            cbor.IntDecConvertSignedOrFail,
	MaxNestedLevels:   8,
	MaxArrayElements:  64,
	MaxMapPairs:       64,
	FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
})

func mustMode(o cbor.DecOptions) cbor.DecMode {
	mode, err := o.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}

// ReadCWT is Read for a status list token in CWT form: a COSE_Sign1 under tag 18 (Token Status List, 5.2).
func ReadCWT(ctx context.Context, token []byte, o Options) (*Token, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	payload, err := verifiedCWT(ctx, token, o.Verify)
	if err != nil {
		return nil, err
	}
	var c struct {
		claims
		TTL  *uint64 `cbor:"65534,keyasint"`
		List *struct {
			Bits int             `cbor:"bits"`
			List cbor.ByteString `cbor:"lst"`
		} `cbor:"65533,keyasint"`
	}
	if strict.Unmarshal(payload, &c) != nil {
		return nil, fault(Malformed)
	}
	var ttl *float64
	if c.TTL != nil {
		seconds := float64(*c.TTL)
		ttl = &seconds
	}
	t, err := c.token(ttl, o)
	if err != nil {
		return nil, err
	}
	if c.List == nil {
		return nil, fault(ListMalformed)
	}
	t.List, err = DecodeBytes(c.List.Bits, []byte(c.List.List))
	if err != nil {
		return nil, err
	}
	return t, nil
}

// headers are the headers of a COSE_Sign1, by their labels.
type headers map[any]cbor.RawMessage

// verifiedCWT returns the payload of a COSE_Sign1 that the verifier accepts.
func verifiedCWT(ctx context.Context, token []byte, verify Verifier) ([]byte, error) {
	if len(token) > MaxSize {
		return nil, fault(TooLarge)
	}
	untagged, tagged := bytes.CutPrefix(token, []byte{tagSign1})
	var wire struct {
		_           struct{} `cbor:",toarray"`
		Protected   cbor.ByteString
		Unprotected headers
		Payload     *cbor.ByteString // nil where it is detached
		Signature   cbor.ByteString
	}
	if !tagged || strict.Unmarshal(untagged, &wire) != nil || wire.Unprotected == nil || wire.Payload == nil {
		return nil, fault(Malformed)
	}
	var protected headers
	if strict.Unmarshal([]byte(wire.Protected), &protected) != nil {
		return nil, fault(Malformed)
	}
	header, err := readHeaderCWT(protected, wire.Unprotected)
	if err != nil {
		return nil, err
	}
	// Sig_structure (RFC 9052 4.4)
	signed, err := cbor.Marshal([]any{"Signature1", []byte(wire.Protected), []byte{}, []byte(*wire.Payload)})
	if err != nil {
		return nil, fault(Malformed)
	}
	return []byte(*wire.Payload), verify(ctx, header, signed, []byte(wire.Signature))
}

// readHeaderCWT reads the headers. Algorithm and type must be protected; no label may be in both (RFC 9052 3).
func readHeaderCWT(protected, open headers) (h Header, err error) {
	for label := range open {
		if _, twice := protected[label]; twice {
			return h, fault(Malformed)
		}
	}
	var kind string
	if protected.read(labelType, &kind); kind != typeCWT {
		return h, fault(TypeUnsupported)
	}
	if protected.has(labelCrit) || open.has(labelCrit) {
		return h, fault(CriticalHeader)
	}
	var algorithm int64
	protected.read(labelAlg, &algorithm)
	if h.Algorithm = algorithms[algorithm]; h.Algorithm == "" {
		return h, fault(AlgorithmUnsupported)
	}
	var key cbor.ByteString
	if !protected.read(labelKeyID, &key) {
		open.read(labelKeyID, &key)
	}
	h.KeyID = string(key)
	if !protected.has(labelX5Chain) {
		protected = open
	}
	h.Chain, err = protected.chain()
	return h, err
}

func (h headers) has(label int64) bool {
	_, has := h[label]
	return has
}

// read decodes a header into out and reports whether it is there and of the type of out.
func (h headers) read(label int64, out any) bool {
	raw, has := h[label]
	return has && strict.Unmarshal(raw, out) == nil
}

// chain returns the certificates of the header x5chain: one byte string, or an array of them. It is nil without one.
func (h headers) chain() (chain [][]byte, err error) {
	if !h.has(labelX5Chain) {
		return nil, nil
	}
	var list []cbor.ByteString
	var single cbor.ByteString
	if h.read(labelX5Chain, &single) {
		list = []cbor.ByteString{single}
	} else if !h.read(labelX5Chain, &list) || len(list) == 0 || len(list) > maxChain {
		return nil, fault(ChainMalformed)
	}
	for _, der := range list {
		if !isCertificate([]byte(der)) {
			return nil, fault(ChainMalformed)
		}
		chain = append(chain, []byte(der))
	}
	return chain, nil
}
