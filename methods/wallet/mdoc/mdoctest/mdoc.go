package mdoctest

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// Issuer signs documents.
type Issuer struct {
	Root, Signer       *mdoc.Certificate
	RootKey, SignerKey crypto.Signer
}

// NewIssuer returns an issuer with keys on a curve; see Key.
func NewIssuer(curve string) *Issuer {
	i := &Issuer{RootKey: Key(curve), SignerKey: Key(curve)}
	i.Root = Certify(RootTemplate(), i.RootKey.Public(), nil, i.RootKey)
	i.Signer = Certify(SignerTemplate(), i.SignerKey.Public(), i.Root, i.RootKey)
	return i
}

// Item is an element of a document.
type Item struct {
	Element string
	Value   any
}

// Mdoc is a document and how its wallet shows it. Hooks that are nil change nothing.
type Mdoc struct {
	Issuer    *Issuer
	DocType   string
	Items     map[string][]Item
	Hash      string // a digestAlgorithm
	DeviceKey crypto.Signer
	// MACWith is the reader's key. With it the wallet makes a MAC in place of a signature.
	MACWith *ecdh.PublicKey
	// DeviceElements are elements that the device signs itself.
	DeviceElements map[string]map[string]any

	// ItemHook changes an item before its digest is taken, and SentHook the items of a namespace after.
	ItemHook func(item map[string]any)
	SentHook func(items []cbor.RawMessage) []cbor.RawMessage
	// ObjectHook changes the MobileSecurityObject before it is signed.
	ObjectHook func(object map[string]any)
	// AuthHook and DeviceHook change IssuerAuth and the device's proof before they are signed, AuthSentHook and
	// DeviceSentHook after.
	AuthHook, AuthSentHook     func(*COSE)
	DeviceHook, DeviceSentHook func(*COSE)
	// DeviceSignedHook, DocumentHook and ResponseHook change DeviceSigned, Document and DeviceResponse.
	DeviceSignedHook, DocumentHook, ResponseHook func(map[string]any)
	// BytesHook changes the encoded response.
	BytesHook func([]byte) []byte
}

// NewMDL returns a driving licence of issuer for a device key on P-256.
func NewMDL(issuer *Issuer) *Mdoc {
	return &Mdoc{
		Issuer: issuer, DocType: mdoc.DocTypeMDL, Hash: "SHA-256", DeviceKey: Key("P-256"),
		Items: map[string][]Item{mdoc.NamespaceMDL: {
			{"age_over_18", true}, {"age_over_21", true}, {"age_over_65", false},
			{"family_name", "Mustermann"}, {"birth_date", Date("1990-02-28")}, {"issuing_country", "US"},
			{"expiry_date", Date("2031-02-28")}, {"document_number", "D1234567"}, {"portrait", []byte{0xff, 0xd8}},
		}},
	}
}

// Date returns a full-date.
func Date(text string) cbor.Tag { return cbor.Tag{Number: 1004, Content: text} }

// Instant returns a tdate.
func Instant(at time.Time) cbor.Tag {
	return cbor.Tag{Number: 0, Content: at.UTC().Format(time.RFC3339)}
}

var hashes = map[string]crypto.Hash{"SHA-256": crypto.SHA256, "SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512}

func call[T any](hook func(T), value T) {
	if hook != nil {
		hook(value)
	}
}

// Random returns n random bytes.
func Random(n int) []byte {
	random := make([]byte, n)
	must(rand.Read(random))
	return random
}

// issue returns the items and the IssuerAuth of the document.
func (m *Mdoc) issue() (map[string][]cbor.RawMessage, cbor.RawMessage) {
	sent, digests := map[string][]cbor.RawMessage{}, map[string]map[uint64][]byte{}
	for namespace, items := range m.Items {
		digests[namespace] = map[uint64][]byte{}
		for i, item := range items {
			id := uint64(i)
			content := map[string]any{
				"digestID": id, "random": Random(32), "elementIdentifier": item.Element, "elementValue": item.Value,
			}
			call(m.ItemHook, content)
			raw := Encoded(content)
			digests[namespace][id] = Digest(hashes[m.Hash], raw)
			sent[namespace] = append(sent[namespace], raw)
		}
		if m.SentHook != nil {
			sent[namespace] = m.SentHook(sent[namespace])
		}
	}
	object := map[string]any{
		"version": "1.0", "digestAlgorithm": m.Hash, "valueDigests": digests, "docType": m.DocType,
		"deviceKeyInfo": map[string]any{"deviceKey": COSEKey(m.DeviceKey.Public())},
		"validityInfo": map[string]any{
			"signed": Instant(Now.AddDate(0, 0, -3)), "validFrom": Instant(Now.AddDate(0, 0, -3)),
			"validUntil": Instant(Now.AddDate(0, 0, 30)),
		},
	}
	call(m.ObjectHook, object)
	algorithm, _ := Algorithm(m.Issuer.SignerKey.Public())
	auth := &COSE{
		Protected: map[any]any{1: algorithm}, Unprotected: map[any]any{33: m.Issuer.Signer.DER},
		Payload: Encoded(object),
	}
	call(m.AuthHook, auth)
	auth.Sign(m.Issuer.SignerKey)
	call(m.AuthSentHook, auth)
	return sent, auth.Encode()
}

// Respond returns the DeviceResponse to the request with a session transcript.
func (m *Mdoc) Respond(transcript []byte) []byte {
	items, auth := m.issue()
	document := map[string]any{
		"docType":      m.DocType,
		"issuerSigned": map[string]any{"nameSpaces": items, "issuerAuth": auth},
		"deviceSigned": m.deviceSigned(transcript),
	}
	call(m.DocumentHook, document)
	response := map[string]any{"version": "1.0", "documents": []any{document}, "status": 0}
	call(m.ResponseHook, response)
	encoded := Encode(response)
	if m.BytesHook != nil {
		encoded = m.BytesHook(encoded)
	}
	return encoded
}

func (m *Mdoc) deviceSigned(transcript []byte) map[string]any {
	elements := m.DeviceElements
	if elements == nil {
		elements = map[string]map[string]any{}
	}
	namespaces := Encoded(elements)
	proof := &COSE{
		Protected: map[any]any{}, Unprotected: map[any]any{}, Detached: true,
		Payload: Encoded([]any{"DeviceAuthentication", cbor.RawMessage(transcript), m.DocType, namespaces}),
	}
	name := "deviceSignature"
	if m.MACWith != nil {
		name, proof.Protected[1] = "deviceMac", 5
	} else {
		proof.Protected[1], _ = Algorithm(m.DeviceKey.Public())
	}
	call(m.DeviceHook, proof)
	if m.MACWith != nil {
		proof.Proof = m.mac(proof, transcript)
	} else {
		proof.Sign(m.DeviceKey)
	}
	call(m.DeviceSentHook, proof)
	signed := map[string]any{"nameSpaces": namespaces, "deviceAuth": map[string]any{name: proof.Encode()}}
	call(m.DeviceSignedHook, signed)
	return signed
}

func (m *Mdoc) mac(c *COSE, transcript []byte) []byte {
	private := must(m.DeviceKey.(*ecdsa.PrivateKey).ECDH())
	salt := sha256.Sum256(Encoded(cbor.RawMessage(transcript)))
	key := must(hkdf.Key(sha256.New, must(private.ECDH(m.MACWith)), salt[:], "EMacKey", 32))
	sum := hmac.New(sha256.New, key)
	sum.Write(c.signed("MAC0"))
	return sum.Sum(nil)
}

// SealAnnexC returns the EncryptedResponse to a request with the protocol org-iso-mdoc from a page of origin. respond
// makes the response for the transcript of the request.
func SealAnnexC(encryptionInfo, origin string, respond func(transcript []byte) []byte) []byte {
	var info struct {
		_    struct{} `cbor:",toarray"`
		Name string
		Data struct {
			Key struct {
				X []byte `cbor:"-2,keyasint"`
				Y []byte `cbor:"-3,keyasint"`
			} `cbor:"recipientPublicKey"`
		}
	}
	raw := must(base64.RawURLEncoding.DecodeString(encryptionInfo))
	if err := cbor.Unmarshal(raw, &info); err != nil {
		panic(err)
	}
	point := append(append([]byte{4}, info.Data.Key.X...), info.Data.Key.Y...)
	recipient := must(hpke.NewDHKEMPublicKey(must(ecdh.P256().NewPublicKey(point))))
	hash := sha256.Sum256(Encode([]any{encryptionInfo, origin}))
	transcript := Encode([]any{nil, nil, []any{"dcapi", hash[:]}})
	encapsulated, sender, err := hpke.NewSender(recipient, hpke.HKDFSHA256(), hpke.AES128GCM(), transcript)
	ciphertext := must(must(sender, err).Seal(nil, respond(transcript)))
	return Encode([]any{"dcapi", map[string]any{"enc": encapsulated, "cipherText": ciphertext}})
}
