// Package openid4vptest is a wallet for tests: it reads requests of OpenID4VP and of ISO/IEC TS 18013-7 Annex C, and
// answers them with documents of mdoctest and sdjwtvctest. Hooks alter single values, so that a test makes one fault at
// a time. Its functions panic where they fail.
package openid4vptest

import (
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func decode(text string) []byte { return must(base64.RawURLEncoding.Strict().DecodeString(text)) }

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// Certify returns the certificate of a verifier's key for DNS names, and the root that signed it, valid around now.
func Certify(key crypto.Signer, now time.Time, names ...string) []*x509.Certificate {
	rootKey := mdoctest.Key("P-256")
	template := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: must(rand.Int(rand.Reader, big.NewInt(1<<62))), Subject: pkix.Name{CommonName: name},
			NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		}
	}
	root := template("Test verifier root")
	root.IsCA, root.BasicConstraintsValid, root.KeyUsage = true, true, x509.KeyUsageCertSign
	root = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey))))
	leaf := template("Test verifier")
	leaf.DNSNames = names
	leaf = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey))))
	return []*x509.Certificate{leaf, root}
}

// NewClient returns a verifier with a new key on P-256.
func NewClient(prefix openid4vp.Prefix, host string, now time.Time) *openid4vp.Client {
	key := mdoctest.Key("P-256")
	return must(openid4vp.NewClient(openid4vp.ClientOptions{
		Prefix: prefix, Key: key, Chain: Certify(key, now, host), Host: host,
	}))
}

// Request is a request as a wallet reads it. A wallet that cheats changes its fields.
type Request struct {
	ClientID        string          `json:"client_id"`
	Audience        string          `json:"aud"`
	ResponseType    string          `json:"response_type"`
	ResponseMode    string          `json:"response_mode"`
	ResponseURI     string          `json:"response_uri"`
	ExpectedOrigins []string        `json:"expected_origins"`
	Nonce           string          `json:"nonce"`
	State           string          `json:"state"`
	WalletNonce     string          `json:"wallet_nonce"`
	Query           openid4vp.Query `json:"dcql_query"`
	Transaction     []string        `json:"transaction_data"`
	Metadata        struct {
		Keys        struct{ Keys []JWK }      `json:"jwks"`
		Encryptions []string                  `json:"encrypted_response_enc_values_supported"`
		Formats     map[string]map[string]any `json:"vp_formats_supported"`
	} `json:"client_metadata"`

	// Origin is the page's, for a request over the Digital Credentials API.
	Origin string `json:"-"`
	// Object holds the members of the Request Object.
	Object map[string]any `json:"-"`
}

// JWK is the key of the verifier's metadata.
type JWK struct {
	Kty, Crv, X, Y, Use, Alg, Kid string
}

// Public returns the key.
func (k JWK) Public() *ecdh.PublicKey {
	return must(ecdh.P256().NewPublicKey(append(append([]byte{4}, decode(k.X)...), decode(k.Y)...)))
}

// Thumbprint returns the SHA-256 thumbprint of the key (RFC 7638).
func (k JWK) Thumbprint() mdoc.Thumbprint {
	sum := sha256.Sum256([]byte(`{"crv":"` + k.Crv + `","kty":"` + k.Kty + `","x":"` + k.X + `","y":"` + k.Y + `"}`))
	return &sum
}

// ReadObject reads a Request Object and checks it as a wallet has to: type, signature by the first certificate, and
// that the certificate is that of the client.
func ReadObject(object string) *Request {
	parts := strings.Split(object, ".")
	var header struct {
		Alg, Typ string
		X5C      [][]byte
	}
	unmarshal(decode(parts[0]), &header)
	if header.Typ != "oauth-authz-req+jwt" {
		panic("openid4vptest: typ of the Request Object")
	}
	certificate := must(x509.ParseCertificate(header.X5C[0]))
	signed := []byte(parts[0] + "." + parts[1])
	if err := jwsbb.Verify(certificate.PublicKey, header.Alg, signed, decode(parts[2])); err != nil {
		panic(err)
	}
	r := ReadParameters(decode(parts[1]))
	prefix, name, _ := strings.Cut(r.ClientID, ":")
	sum := sha256.Sum256(certificate.Raw)
	if !(prefix == "x509_hash" && name == encode(sum[:])) &&
		!(prefix == "x509_san_dns" && slices.Contains(certificate.DNSNames, name)) {
		panic("openid4vptest: the certificate is not that of the client")
	}
	return r
}

// ReadParameters reads the parameters of a request without a signature.
func ReadParameters(text []byte) *Request {
	r := &Request{}
	unmarshal(text, r)
	unmarshal(text, &r.Object)
	return r
}

// ReadOffer reads a request of OpenID4VP that a page of origin offers to the Digital Credentials API.
func ReadOffer(offer openid4vp.Offer, origin string) *Request {
	if offer.Protocol == openid4vp.Unsigned {
		r := ReadParameters(offer.Data)
		r.Origin = origin
		return r
	}
	var data struct{ Request string }
	unmarshal(offer.Data, &data)
	r := ReadObject(data.Request)
	if !slices.Contains(r.ExpectedOrigins, origin) {
		panic("openid4vptest: the origin is not one of expected_origins")
	}
	r.Origin = origin
	return r
}

func unmarshal(text []byte, to any) {
	if err := json.Unmarshal(text, to); err != nil {
		panic(err)
	}
}

// Transcript returns the SessionTranscript that an mdoc signs.
func (r *Request) Transcript() []byte {
	var key mdoc.Thumbprint
	if strings.HasSuffix(r.ResponseMode, ".jwt") {
		key = r.Metadata.Keys.Keys[0].Thumbprint()
	}
	if r.Origin != "" {
		return mdoc.DCAPITranscript(r.Origin, r.Nonce, key)
	}
	return mdoc.RedirectTranscript(r.ClientID, r.Nonce, key, r.ResponseURI)
}

// KeyBindingAudience returns the audience of the key binding JWT of an SD-JWT VC.
func (r *Request) KeyBindingAudience() string {
	if r.Origin != "" {
		return "origin:" + r.Origin
	}
	return r.ClientID
}

// Mdoc returns the presentation of an mdoc.
func (r *Request) Mdoc(document *mdoctest.Mdoc) string {
	return encode(document.Respond(r.Transcript()))
}

// PID returns the presentation of a PID in the format SD-JWT VC. change may be nil.
func (r *Request) PID(issuer *sdjwtvctest.Issuer, now time.Time, change func(*sdjwtvctest.Presentation)) string {
	p := sdjwtvctest.NewPID(issuer, "ES256", r.Nonce, r.KeyBindingAudience(), now)
	if change != nil {
		change(p)
	}
	return p.Present()
}

// Token returns the parameters of a response with a VP Token, and the state if the request has one.
func (r *Request) Token(presentations map[string][]string) map[string]any {
	response := map[string]any{"vp_token": presentations}
	if r.State != "" {
		response["state"] = r.State
	}
	return response
}

// Form returns a body for response_uri: the parameters, encrypted if the request wants it.
func (r *Request) Form(parameters map[string]any) []byte {
	form := url.Values{}
	if strings.HasSuffix(r.ResponseMode, ".jwt") {
		form.Set("response", r.Seal(parameters, nil))
		return []byte(form.Encode())
	}
	for name, value := range parameters {
		text, ok := value.(string)
		if !ok {
			text = string(must(json.Marshal(value)))
		}
		form.Set(name, text)
	}
	return []byte(form.Encode())
}

// Data returns the data of a DigitalCredential: the parameters, encrypted if the request wants it.
func (r *Request) Data(parameters map[string]any) []byte {
	if strings.HasSuffix(r.ResponseMode, ".jwt") {
		parameters = map[string]any{"response": r.Seal(parameters, nil)}
	}
	return must(json.Marshal(parameters))
}

// AnnexC returns the data of a DigitalCredential that answers an offer with the protocol org-iso-mdoc.
func AnnexC(offer openid4vp.Offer, origin string, document *mdoctest.Mdoc) []byte {
	var data struct{ EncryptionInfo string }
	unmarshal(offer.Data, &data)
	if data.EncryptionInfo == "" {
		panic(errors.New("openid4vptest: no encryptionInfo"))
	}
	sealed := mdoctest.SealAnnexC(data.EncryptionInfo, origin, document.Respond)
	return must(json.Marshal(map[string]string{"response": encode(sealed)}))
}

// ReadDeviceRequest returns the elements that an offer with the protocol org-iso-mdoc asks for, by document type and
// namespace, with their intent to retain. It checks the reader's signature for a page of origin; "" stands for a
// request without signatures.
func ReadDeviceRequest(offer openid4vp.Offer, origin string) map[string]map[string]map[string]bool {
	var data struct{ DeviceRequest, EncryptionInfo string }
	unmarshal(offer.Data, &data)
	var request struct {
		Version  string `cbor:"version"`
		Requests []struct {
			Items  cbor.RawMessage `cbor:"itemsRequest"`
			Reader cbor.RawMessage `cbor:"readerAuth"`
		} `cbor:"docRequests"`
	}
	decodeCBOR(decode(data.DeviceRequest), &request)
	if request.Version != "1.0" {
		panic("openid4vptest: version of the DeviceRequest")
	}
	asked := map[string]map[string]map[string]bool{}
	for _, one := range request.Requests {
		var tag cbor.Tag
		decodeCBOR(one.Items, &tag)
		var items struct {
			DocType    string                     `cbor:"docType"`
			NameSpaces map[string]map[string]bool `cbor:"nameSpaces"`
		}
		decodeCBOR(tag.Content.([]byte), &items)
		asked[items.DocType] = items.NameSpaces
		if (one.Reader == nil) != (origin == "") {
			panic("openid4vptest: readerAuth is missing, or not expected")
		}
		if origin != "" {
			checkReader(one.Reader, mdoc.AnnexCTranscript(data.EncryptionInfo, origin), one.Items)
		}
	}
	return asked
}

func decodeCBOR(data []byte, to any) {
	if err := cbor.Unmarshal(data, to); err != nil {
		panic(err)
	}
}

// checkReader checks the reader's signature (ISO/IEC 18013-5 9.1.4.5).
func checkReader(reader cbor.RawMessage, transcript []byte, items cbor.RawMessage) {
	var signature struct {
		_                struct{} `cbor:",toarray"`
		Protected        []byte
		Open             map[int][]byte
		Payload          []byte
		SignatureOfItems []byte
	}
	decodeCBOR(reader, &signature)
	var protected map[int]int
	decodeCBOR(signature.Protected, &protected)
	certificate := must(x509.ParseCertificate(signature.Open[33]))
	content := mdoctest.Encoded([]any{"ReaderAuthentication", cbor.RawMessage(transcript), items})
	signed := mdoctest.Encode([]any{"Signature1", signature.Protected, []byte{}, []byte(content)})
	algorithm := map[int]string{-7: "ES256", -35: "ES384", -36: "ES512", -8: "EdDSA"}[protected[1]]
	if err := jwsbb.Verify(certificate.PublicKey, algorithm, signed, signature.SignatureOfItems); err != nil {
		panic(err)
	}
}
