package mdoc

import "crypto/sha256"

// Thumbprint is the SHA-256 thumbprint (RFC 7638) of the key that the wallet encrypts its response to. A nil Thumbprint
// stands for a response that is not encrypted.
type Thumbprint *[sha256.Size]byte

// RedirectTranscript returns the SessionTranscript of a request by redirect or QR code (OpenID4VP 1.0, B.2.6.1).
// clientID has its prefix; responseURI is the response_uri or redirect_uri of the request.
func RedirectTranscript(clientID, nonce string, key Thumbprint, responseURI string) []byte {
	info := appendHead(nil, majorArray, 4)
	info = appendText(appendText(info, clientID), nonce)
	return transcript("OpenID4VPHandover", appendText(appendThumbprint(info, key), responseURI))
}

// DCAPITranscript returns the SessionTranscript of a request over the Digital Credentials API
// (OpenID4VP 1.0, B.2.6.2). origin has no prefix "origin:".
func DCAPITranscript(origin, nonce string, key Thumbprint) []byte {
	info := appendHead(nil, majorArray, 3)
	info = appendText(appendText(info, origin), nonce)
	return transcript("OpenID4VPDCAPIHandover", appendThumbprint(info, key))
}

// AnnexCTranscript returns the SessionTranscript of a request with the protocol org-iso-mdoc
// (ISO/IEC TS 18013-7, Annex C). encryptionInfo is the text that the request held, in base64url.
func AnnexCTranscript(encryptionInfo, origin string) []byte {
	info := appendHead(nil, majorArray, 2)
	return transcript("dcapi", appendText(appendText(info, encryptionInfo), origin))
}

// transcript returns [null, null, [name, SHA-256(info)]].
func transcript(name string, info []byte) []byte {
	sum := sha256.Sum256(info)
	to := append(appendHead(nil, majorArray, 3), cborNull, cborNull)
	to = appendText(appendHead(to, majorArray, 2), name)
	return appendBytes(to, sum[:])
}

func appendThumbprint(to []byte, key Thumbprint) []byte {
	if key == nil {
		return append(to, cborNull)
	}
	return appendBytes(to, key[:])
}
