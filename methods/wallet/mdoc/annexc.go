package mdoc

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"

	"github.com/fxamacker/cbor/v2"
)

// protocolName is the first element of EncryptionInfo and EncryptedResponse.
const protocolName = "dcapi"

// EncryptionInfo returns the encryptionInfo of a request with the protocol org-iso-mdoc, in base64url
// (ISO/IEC TS 18013-7, Annex C): the nonce, of at least 16 bytes, and the key on P-256 that the wallet encrypts to.
func EncryptionInfo(nonce []byte, key *ecdh.PublicKey) string {
	point := key.Bytes()
	half := (len(point) - 1) / 2
	info := appendText(appendHead(nil, majorArray, 2), protocolName)
	info = appendBytes(appendText(appendHead(info, majorMap, 2), "nonce"), nonce)
	info = appendHead(appendText(info, "recipientPublicKey"), majorMap, 4)
	info = append(info, 0x01, ktyEC2, 0x20, 0x01, 0x21) // kty: EC2, crv: P-256, x:
	info = append(appendBytes(info, point[1:1+half]), 0x22)
	info = appendBytes(info, point[1+half:])
	return base64.RawURLEncoding.EncodeToString(info)
}

// OpenAnnexC decrypts an EncryptedResponse (ISO/IEC TS 18013-7, Annex C) and returns the DeviceResponse, which is not
// yet verified. HPKE authenticates the session transcript, so a response to another request does not
// open.
func OpenAnnexC(key *ecdh.PrivateKey, response, transcript []byte) ([]byte, error) {
	if len(response) > MaxResponse {
		return nil, fault(TooLarge)
	}
	var wire struct {
		_    struct{} `cbor:",toarray"`
		Name string
		Data struct {
			Encapsulated cbor.ByteString `cbor:"enc"`
			Ciphertext   cbor.ByteString `cbor:"cipherText"`
		}
	}
	if strict.Unmarshal(response, &wire) != nil || wire.Name != protocolName {
		return nil, fault(EnvelopeMalformed)
	}
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fault(EnvelopeSealed)
	}
	recipient, err := hpke.NewRecipient(
		[]byte(wire.Data.Encapsulated), private, hpke.HKDFSHA256(), hpke.AES128GCM(), transcript,
	)
	if err != nil {
		return nil, fault(EnvelopeSealed)
	}
	plain, err := recipient.Open(nil, []byte(wire.Data.Ciphertext))
	if err != nil {
		return nil, fault(EnvelopeSealed)
	}
	return plain, nil
}
