package openid4vp

import (
	"crypto/rand"

	"github.com/fxamacker/cbor/v2"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// isoRequest is the data of a request with the protocol org-iso-mdoc (ISO/IEC TS 18013-7, Annex C).
type isoRequest struct {
	DeviceRequest  string `json:"deviceRequest"`
	EncryptionInfo string `json:"encryptionInfo"`
}

// deviceRequest is a DeviceRequest (ISO/IEC 18013-5 8.3.2.1.2.1).
type deviceRequest struct {
	Version  string       `cbor:"version"`
	Requests []docRequest `cbor:"docRequests"`
}

type docRequest struct {
	Items  cbor.RawMessage `cbor:"itemsRequest"`
	Reader cbor.RawMessage `cbor:"readerAuth,omitempty"`
}

type itemsRequest struct {
	DocType    string                     `cbor:"docType"`
	NameSpaces map[string]map[string]bool `cbor:"nameSpaces"`
}

var cborMode = newCBORMode()

func newCBORMode() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}

// encryptionInfo returns the encryptionInfo of the request: the nonce and the ephemeral key.
func (r *Request) encryptionInfo() (string, error) {
	nonce, err := encoding.DecodeString(r.Nonce)
	if err != nil {
		return "", fault(RequestMalformed)
	}
	return mdoc.EncryptionInfo(nonce, r.Key.private.PublicKey()), nil
}

// isoMdoc returns the request with the protocol org-iso-mdoc. It asks for each mdoc of the query, for the preferred
// claims of each: a DeviceRequest has no alternatives. If one origin asks, each document request is signed by the
// client (reader authentication, ISO/IEC 18013-5 9.1.4): the signature covers the origin.
func (c *Client) isoMdoc(r *Request) (isoRequest, error) {
	info, err := r.encryptionInfo()
	if err != nil {
		return isoRequest{}, err
	}
	request := deviceRequest{Version: "1.0"}
	for i := range r.Query.Credentials {
		credential := &r.Query.Credentials[i]
		if credential.Format != FormatMdoc {
			continue
		}
		items, err := encoded(credential.itemsRequest())
		if err != nil {
			return isoRequest{}, err
		}
		one := docRequest{Items: items}
		if len(r.Origins) == 1 {
			if one.Reader, err = c.readerAuth(mdoc.AnnexCTranscript(info, r.Origins[0]), items); err != nil {
				return isoRequest{}, err
			}
		}
		request.Requests = append(request.Requests, one)
	}
	raw, err := cborMode.Marshal(request)
	return isoRequest{encoding.EncodeToString(raw), info}, err
}

// encoded returns a value as an encoded data item under tag 24.
func encoded(value any) (cbor.RawMessage, error) {
	content, err := cborMode.Marshal(value)
	if err != nil {
		return nil, err
	}
	return cborMode.Marshal(cbor.Tag{Number: 24, Content: content})
}

func (c *CredentialQuery) itemsRequest() itemsRequest {
	items := itemsRequest{DocType: c.Meta.DocType, NameSpaces: map[string]map[string]bool{}}
	for namespace, elements := range elementsOf(c.sets()[0]) {
		items.NameSpaces[namespace] = map[string]bool{}
		for _, element := range elements {
			items.NameSpaces[namespace][element] = c.retains(namespace, element)
		}
	}
	return items
}

func (c *CredentialQuery) retains(namespace, element string) bool {
	for _, claim := range c.Claims {
		if claim.Path[0] == namespace && claim.Path[1] == element {
			return claim.IntentToRetain != nil && *claim.IntentToRetain
		}
	}
	return false
}

// elementsOf returns the elements of an mdoc that claims ask for, by namespace.
func elementsOf(claims []ClaimsQuery) map[string][]string {
	elements := map[string][]string{}
	for _, claim := range claims {
		namespace, _ := claim.Path[0].(string)
		element, _ := claim.Path[1].(string)
		elements[namespace] = append(elements[namespace], element)
	}
	return elements
}

// coseNames are the algorithms of COSE (RFC 9053), by their names in JOSE.
var coseNames = map[string]int{"ES256": -7, "ES384": -35, "ES512": -36, "EdDSA": -8}

// readerAuth returns the signature of the client over a document request (ISO/IEC 18013-5 9.1.4.4): a COSE_Sign1 with
// the detached payload ReaderAuthenticationBytes.
func (c *Client) readerAuth(transcript []byte, items cbor.RawMessage) (cbor.RawMessage, error) {
	protected, err := cborMode.Marshal(map[int]int{1: coseNames[c.alg]})
	if err != nil {
		return nil, err
	}
	signed, err := readerSigned(protected, transcript, items)
	if err != nil {
		return nil, err
	}
	signature, err := jwsbb.Sign(c.key, c.alg, signed, rand.Reader)
	if err != nil {
		return nil, err
	}
	return cborMode.Marshal([]any{protected, map[int]any{33: c.x5chain()}, nil, signature})
}

// readerSigned returns the bytes that reader authentication signs: Sig_structure (RFC 9052 4.4) over
// ReaderAuthenticationBytes.
func readerSigned(protected, transcript []byte, items cbor.RawMessage) ([]byte, error) {
	payload, err := encoded([]any{"ReaderAuthentication", cbor.RawMessage(transcript), items})
	if err != nil {
		return nil, err
	}
	return cborMode.Marshal([]any{"Signature1", protected, []byte{}, []byte(payload)})
}

// x5chain returns the header of RFC 9360: the certificate, or an array if there is more than one.
func (c *Client) x5chain() any {
	if len(c.chain) == 1 {
		return c.chain[0].Raw
	}
	chain := make([][]byte, len(c.chain))
	for i, certificate := range c.chain {
		chain[i] = certificate.Raw
	}
	return chain
}
