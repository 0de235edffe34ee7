package mdoc

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/fxamacker/cbor/v2"
)

// verifyDevice checks that the holder of the device key answered in this session: by a signature
// (ISO/IEC 18013-5 9.1.3.6) or a MAC (9.1.3.5) over DeviceAuthentication (9.1.3.4), which holds the session transcript.
func (o *Options) verifyDevice(
	wire wireDocument, object *securityObject,
) (map[string]Elements, DeviceAuthentication, error) {
	if wire.DeviceSigned == nil {
		return nil, "", fault(DeviceAuthMissing)
	}
	signature, mac := wire.DeviceSigned.DeviceAuth.Signature, wire.DeviceSigned.DeviceAuth.MAC
	if signature == nil && mac == nil {
		return nil, "", fault(DeviceAuthMissing)
	}
	if signature != nil && mac != nil {
		return nil, "", fault(DeviceAuthMalformed)
	}
	content := o.deviceAuthentication(wire.DocType, wire.DeviceSigned.NameSpaces)
	by, err := BySignature, error(nil)
	if signature != nil {
		err = checkDeviceSignature(signature, content, object.key)
	} else {
		by, err = ByMAC, o.checkDeviceMAC(mac, content, object.key)
	}
	if err != nil {
		return nil, "", err
	}
	elements, err := readDeviceElements(wire.DeviceSigned.NameSpaces, object)
	return elements, by, err
}

// deviceAuthentication returns DeviceAuthenticationBytes. namespaces is DeviceNameSpacesBytes as the device sent it.
func (o *Options) deviceAuthentication(docType string, namespaces []byte) []byte {
	content := appendText(appendHead(nil, majorArray, 4), "DeviceAuthentication")
	content = append(content, o.Transcript...)
	content = append(appendText(content, docType), namespaces...)
	return appendEncoded(nil, content)
}

func checkDeviceSignature(raw, content []byte, key deviceKey) error {
	e, ok := readEnvelope(raw)
	if !ok || e.payload != nil {
		return fault(DeviceAuthMalformed)
	}
	if key.signs == nil {
		return fault(DeviceKeyUnsupported)
	}
	return e.signedBy(key.signs, content, DeviceSignature)
}

func (o *Options) checkDeviceMAC(raw, content []byte, key deviceKey) error {
	e, ok := readEnvelope(raw)
	if !ok || e.payload != nil {
		return fault(DeviceAuthMalformed)
	}
	if e.algorithm != algHMAC256 {
		return fault(AlgorithmUnsupported)
	}
	if o.ReaderKey == nil {
		return fault(DeviceMACNoKey)
	}
	if key.agrees == nil || key.agrees.Curve() != o.ReaderKey.Curve() {
		return fault(DeviceKeyUnsupported)
	}
	macKey, err := macKey(o.ReaderKey, key.agrees, o.Transcript)
	if err != nil {
		return fault(DeviceKeyUnsupported)
	}
	sum := hmac.New(sha256.New, macKey)
	sum.Write(e.signed("MAC0", content))
	if !hmac.Equal(sum.Sum(nil), e.proof) {
		return fault(DeviceMAC)
	}
	return nil
}

// macKey returns EMacKey (ISO/IEC 18013-5 9.1.3.5): HKDF over the shared secret, salted with the digest of
// SessionTranscriptBytes.
func macKey(private *ecdh.PrivateKey, public *ecdh.PublicKey, transcript []byte) ([]byte, error) {
	shared, err := private.ECDH(public)
	if err != nil {
		return nil, err
	}
	salt := sha256.Sum256(appendEncoded(nil, transcript))
	return hkdf.Key(sha256.New, shared, salt[:], "EMacKey", sha256.Size)
}

// readDeviceElements returns the elements that the device signed. Each must be authorized by the issuer.
func readDeviceElements(raw []byte, object *securityObject) (map[string]Elements, error) {
	content, ok := readEncoded(raw)
	var namespaces map[string]map[string]cbor.RawMessage
	if !ok || strict.Unmarshal(content, &namespaces) != nil || namespaces == nil {
		return nil, fault(DeviceAuthMalformed)
	}
	all := make(map[string]Elements, len(namespaces))
	for namespace, values := range namespaces {
		all[namespace] = make(Elements, len(values))
		for element, value := range values {
			if !object.authorizes(namespace, element) {
				return nil, fault(DeviceUnauthorized)
			}
			all[namespace][element] = Value(value)
		}
	}
	return all, nil
}
