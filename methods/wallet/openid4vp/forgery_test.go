package openid4vp_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

// scene is a request, the wallet that answers it, and the way of the answer. A forgery makes one fault in it. Hooks
// that are nil change nothing.
type scene struct {
	options openid4vp.RequestOptions
	request *openid4vp.Request
	// protocol is that of the response; "" stands for a post to response_uri.
	protocol openid4vp.Protocol
	origin   string
	verify   openid4vp.VerifyOptions

	wallet *openid4vptest.Request // nil with org-iso-mdoc
	offer  openid4vp.Offer        // of the protocol
	mdl    *mdoctest.Mdoc

	pid func(*sdjwtvctest.Presentation)
	// token, parameters and seal change the response from the inside to the outside; form and data its last form.
	token      func(map[string][]string)
	parameters func(map[string]any)
	seal       func(*openid4vptest.Sealing)
	form       func(url.Values)
	data       func(map[string]any)
	body       func([]byte) []byte
	// stored changes the opened presentation.
	stored func(*openid4vp.Presentation)
}

// way is the transport of a scene, and whether responses are encrypted.
type way struct {
	protocol openid4vp.Protocol
	plain    bool
}

var (
	byRedirect  = way{}
	plainly     = way{plain: true}
	byAPI       = way{protocol: openid4vp.Signed}
	plainlyAPI  = way{protocol: openid4vp.Unsigned, plain: true}
	byAnnexC    = way{protocol: openid4vp.IsoMdoc}
	bothFormats = openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid")}}
)

func newScene(t *testing.T, by way, query *openid4vp.Query) *scene {
	t.Helper()
	if query == nil {
		query = &bothFormats
		if by == byAnnexC {
			query = &mdlQuery
		}
	}
	o := options(*query)
	o.Plain = by.plain
	if by == byAnnexC {
		o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	}
	s := &scene{
		options: o, request: newRequest(t, o), protocol: by.protocol, origin: origin, verify: trust(),
		mdl: mdoctest.NewMDL(mdocs),
	}
	s.reads(t, s.request)
	return s
}

// reads gives a request to the wallet.
func (s *scene) reads(t *testing.T, r *openid4vp.Request) {
	t.Helper()
	if s.protocol == "" {
		s.wallet = redirect(t, r)
		return
	}
	offers, err := sanClient.Offers(r)
	require.NoError(t, err)
	for _, offer := range offers {
		if offer.Protocol == s.protocol {
			s.offer = offer
		}
	}
	if s.protocol != openid4vp.IsoMdoc {
		s.wallet = openid4vptest.ReadOffer(s.offer, origin)
	}
}

func call[T any](hook func(T), value T) {
	if hook != nil {
		hook(value)
	}
}

// play has the wallet answer, and opens and verifies the answer.
func (s *scene) play(t *testing.T) error {
	t.Helper()
	p, err := s.open(t)
	if err != nil {
		return err
	}
	call(s.stored, p)
	_, err = s.request.Verify(t.Context(), p, s.verify)
	return err
}

func (s *scene) open(t *testing.T) (*openid4vp.Presentation, error) {
	t.Helper()
	if s.protocol == openid4vp.IsoMdoc {
		return s.request.OpenDCAPI(s.protocol, s.last(s.change(openid4vptest.AnnexC(s.offer, s.origin, s.mdl))), s.origin)
	}
	parameters := s.answer()
	if strings.HasSuffix(s.wallet.ResponseMode, ".jwt") {
		parameters = map[string]any{"response": s.wallet.Seal(parameters, s.seal)}
	}
	if s.protocol != "" {
		text, err := json.Marshal(parameters)
		require.NoError(t, err)
		return s.request.OpenDCAPI(s.protocol, s.last(s.change(text)), s.origin)
	}
	form := url.Values{}
	for name, value := range parameters {
		text, ok := value.(string)
		if !ok {
			encoded, err := json.Marshal(value)
			require.NoError(t, err)
			text = string(encoded)
		}
		form.Set(name, text)
	}
	call(s.form, form)
	return s.request.OpenForm(s.last([]byte(form.Encode())))
}

// answer returns the parameters of the response.
func (s *scene) answer() map[string]any {
	tokens := map[string][]string{}
	for _, credential := range s.wallet.Query.Credentials {
		if credential.Format == openid4vp.FormatMdoc {
			tokens[credential.ID] = []string{s.wallet.Mdoc(s.mdl)}
		} else {
			tokens[credential.ID] = []string{s.wallet.PID(pids, now, s.pid)}
		}
	}
	call(s.token, tokens)
	parameters := s.wallet.Token(tokens)
	call(s.parameters, parameters)
	return parameters
}

func (s *scene) change(text []byte) []byte {
	if s.data == nil {
		return text
	}
	var data map[string]any
	if err := json.Unmarshal(text, &data); err != nil {
		panic(err)
	}
	s.data(data)
	changed, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return changed
}

func (s *scene) last(body []byte) []byte {
	if s.body == nil {
		return body
	}
	return s.body(body)
}

// forgery is one fault. The scene is refused with the fault, and accepted without it.
type forgery struct {
	name  string
	want  error
	by    way
	query *openid4vp.Query
	make  func(*testing.T, *scene)
}

func code(c openid4vp.Code) error { return &openid4vp.Fault{Code: c} }

func ofMdoc(c mdoc.Code) error { return &mdoc.Fault{Code: c} }

func ofSDJWT(c sdjwtvc.Code) error { return &sdjwtvc.Fault{Code: c} }

func wallet(change func(*openid4vptest.Request)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { change(s.wallet) }
}

func token(change func(map[string][]string)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.token = change }
}

func parameters(change func(map[string]any)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.parameters = change }
}

func seal(change func(*openid4vptest.Sealing)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.seal = change }
}

func sealHeader(name string, value any) func(*testing.T, *scene) {
	return seal(func(sealing *openid4vptest.Sealing) {
		sealing.Header[name] = value
		if value == nil {
			delete(sealing.Header, name)
		}
	})
}

func form(change func(url.Values)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.form = change }
}

func data(change func(map[string]any)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.data = change }
}

func body(change func([]byte) []byte) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.body = change }
}

func storedAs(change func(*openid4vp.Presentation)) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) { s.stored = change }
}

// another gives the wallet a request that is not the one answered.
func another(t *testing.T, s *scene) {
	t.Helper()
	s.reads(t, newRequest(t, s.options))
}

func otherKey() *ecdh.PublicKey {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key.PublicKey()
}

// asJWK names a key in the wallet's copy of the request, so that the wallet signs its thumbprint and seals to it, under
// the kid of the request.
func asJWK(key *ecdh.PublicKey) func(*openid4vptest.Request) {
	return func(r *openid4vptest.Request) {
		point := key.Bytes()
		jwk := &r.Metadata.Keys.Keys[0]
		jwk.X = base64.RawURLEncoding.EncodeToString(point[1:33])
		jwk.Y = base64.RawURLEncoding.EncodeToString(point[33:])
	}
}

func only(id string, query openid4vp.CredentialQuery) *openid4vp.Query {
	query.ID = id
	return &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}}
}

var (
	mdlAlone = only("mdl", mdl(""))
	pidAlone = only("pid", pid(""))
)

// The faults of theft: a presentation that was made for another request, verifier or page.
var thefts = []forgery{
	{"mdoc with another nonce", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Nonce = "another" })},
	{"mdoc for another client", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.ClientID = "x509_san_dns:other.example" })},
	{"mdoc for the client without its prefix", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.ClientID = host })},
	{"mdoc for another response_uri", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.ResponseURI += "0" })},
	{"mdoc for another ephemeral key", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		func(_ *testing.T, s *scene) {
			to := s.wallet.Metadata.Keys.Keys[0].Public()
			asJWK(otherKey())(s.wallet)
			s.seal = func(sealing *openid4vptest.Sealing) { sealing.To = to }
		}},
	{"mdoc that signs no key though it is encrypted", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		func(_ *testing.T, s *scene) {
			s.token = func(tokens map[string][]string) {
				s.wallet.ResponseMode = "direct_post"
				tokens["mdl"] = []string{s.wallet.Mdoc(s.mdl)}
				s.wallet.ResponseMode = "direct_post.jwt"
			}
		}},
	{"mdoc of the Digital Credentials API by redirect", ofMdoc(mdoc.DeviceSignature), byRedirect, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = origin })},
	{"mdoc of a redirect over the Digital Credentials API", ofMdoc(mdoc.DeviceSignature), byAPI, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin, r.ResponseURI = "", responseURI })},
	{"mdoc for another origin", ofMdoc(mdoc.DeviceSignature), byAPI, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = "https://evil.example" })},
	{"mdoc for the origin with its prefix", ofMdoc(mdoc.DeviceSignature), byAPI, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = "origin:" + origin })},
	{"mdoc with another nonce over the Digital Credentials API", ofMdoc(mdoc.DeviceSignature), byAPI, mdlAlone,
		wallet(func(r *openid4vptest.Request) { r.Nonce = "another" })},
	{"mdoc MAC with another reader key", ofMdoc(mdoc.DeviceMAC), byRedirect, mdlAlone,
		func(_ *testing.T, s *scene) { s.mdl.MACWith = otherKey() }},
	{"SD-JWT with another nonce", ofSDJWT(sdjwtvc.NonceMismatch), byRedirect, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.Nonce = "another" })},
	{"SD-JWT for another client", ofSDJWT(sdjwtvc.AudienceMismatch), byRedirect, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.ClientID = "x509_san_dns:other.example" })},
	{"SD-JWT for the client without its prefix", ofSDJWT(sdjwtvc.AudienceMismatch), byRedirect, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.ClientID = host })},
	{"SD-JWT for the client over the Digital Credentials API", ofSDJWT(sdjwtvc.AudienceMismatch), byAPI, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = "" })},
	{"SD-JWT for another origin", ofSDJWT(sdjwtvc.AudienceMismatch), byAPI, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = "https://evil.example" })},
	{"SD-JWT for the origin without its prefix", ofSDJWT(sdjwtvc.AudienceMismatch), byAPI, pidAlone,
		func(_ *testing.T, s *scene) {
			s.pid = func(p *sdjwtvctest.Presentation) { p.Binding["aud"] = origin }
		}},
	{"SD-JWT for the origin by redirect", ofSDJWT(sdjwtvc.AudienceMismatch), byRedirect, pidAlone,
		wallet(func(r *openid4vptest.Request) { r.Origin = origin })},
	{"SD-JWT without key binding", ofSDJWT(sdjwtvc.KeyBindingMissing), byRedirect, pidAlone,
		func(_ *testing.T, s *scene) { s.pid = func(p *sdjwtvctest.Presentation) { p.Binding = nil } }},
	{"response to another request", code(openid4vp.JWEKey), byRedirect, nil, another},
	{"plain response to another request", code(openid4vp.StateMismatch), plainly, nil, another},
	{"plain mdoc of another request with this state", ofMdoc(mdoc.DeviceSignature), plainly, mdlAlone,
		func(t *testing.T, s *scene) { another(t, s); s.wallet.State = s.request.State }},
	{"plain SD-JWT of another request with this state", ofSDJWT(sdjwtvc.NonceMismatch), plainly, pidAlone,
		func(t *testing.T, s *scene) { another(t, s); s.wallet.State = s.request.State }},
	{"response of another request over the Digital Credentials API", code(openid4vp.JWEKey), byAPI, nil, another},
	{"plain response of another request over the API", ofMdoc(mdoc.DeviceSignature), plainlyAPI, mdlAlone, another},
	{"Annex C response to another request", ofMdoc(mdoc.EnvelopeSealed), byAnnexC, nil, another},
	{"Annex C response from another origin", ofMdoc(mdoc.EnvelopeSealed), byAnnexC, nil,
		func(t *testing.T, s *scene) {
			answer := openid4vptest.AnnexC(s.offer, "https://evil.example", s.mdl)
			s.body = func([]byte) []byte { return answer }
		}},
	{"Annex C mdoc that signs another session", ofMdoc(mdoc.DeviceSignature), byAnnexC, nil,
		func(_ *testing.T, s *scene) {
			s.mdl.BytesHook = func([]byte) []byte { return mdoctest.NewMDL(mdocs).Respond(mdoc.AnnexCTranscript("", origin)) }
		}},
}

// The faults of the form of a response, and of the object that the Digital Credentials API returns.
var forms = []forgery{
	{"form over the limit", code(openid4vp.ResponseTooLarge), byRedirect, nil,
		body(func(b []byte) []byte { return append(b, make([]byte, openid4vp.MaxResponse)...) })},
	{"data over the limit", code(openid4vp.ResponseTooLarge), byAPI, nil,
		body(func(b []byte) []byte { return append(b, make([]byte, openid4vp.MaxResponse)...) })},
	{"form that is no form", code(openid4vp.ResponseMalformed), byRedirect, nil,
		body(func(b []byte) []byte { return append(b, "&a=%zz"...) })},
	{"form with more parameters than the limit", code(openid4vp.ResponseMalformed), byRedirect, nil,
		body(func(b []byte) []byte { return append(b, strings.Repeat("&a", 65)...) })},
	{"form in no UTF-8", code(openid4vp.ResponseMalformed), byRedirect, nil,
		body(func(b []byte) []byte { return append(b, "&a=%ff"...) })},
	{"response twice", code(openid4vp.ResponseMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Add("response", f.Get("response")) })},
	{"state twice", code(openid4vp.ResponseMalformed), plainly, nil,
		form(func(f url.Values) { f.Add("state", f.Get("state")) })},
	{"nothing in the form", code(openid4vp.ResponseMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Del("response") })},
	{"response and vp_token", code(openid4vp.ResponseMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Set("vp_token", "{}") })},
	{"response and error", code(openid4vp.ResponseMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Set("error", "access_denied") })},
	{"data that is no object", code(openid4vp.ResponseMalformed), byAPI, nil,
		body(func([]byte) []byte { return []byte(`"text"`) })},
	{"data that is null", code(openid4vp.ResponseMalformed), byAPI, nil,
		body(func([]byte) []byte { return []byte(`null`) })},
	{"data with a repeated member", code(openid4vp.ResponseMalformed), byAPI, nil,
		body(func(b []byte) []byte { return append(b[:len(b)-1], `,"response":"a"}`...) })},
	{"data with a response that is no text", code(openid4vp.ResponseMalformed), byAPI, nil,
		data(func(d map[string]any) { d["response"] = 1 })},
	{"data in deep nesting", code(openid4vp.ResponseMalformed), byAPI, nil, body(func(b []byte) []byte {
		return append(append(b[:len(b)-1], `,"deep":`...), strings.Repeat("[", 20_000)...)
	})},
	{"vp_token with org-iso-mdoc", code(openid4vp.ResponseMalformed), byAnnexC, nil,
		data(func(d map[string]any) { delete(d, "response"); d["vp_token"] = map[string]any{} })},
	{"EncryptedResponse with padding", code(openid4vp.EnvelopeEncoding), byAnnexC, nil,
		data(func(d map[string]any) { d["response"] = d["response"].(string) + "=" })},
	{"EncryptedResponse that is no CBOR", ofMdoc(mdoc.EnvelopeMalformed), byAnnexC, nil,
		data(func(d map[string]any) { d["response"] = "AAAA" })},
	{"plain answer where an encrypted one was asked", code(openid4vp.ResponsePlain), byRedirect, nil,
		wallet(func(r *openid4vptest.Request) { r.ResponseMode = "direct_post" })},
	{"plain answer over the API where an encrypted one was asked", code(openid4vp.ResponsePlain), byAPI, nil,
		wallet(func(r *openid4vptest.Request) { r.ResponseMode = "dc_api" })},
	{"encrypted answer where a plain one was asked", code(openid4vp.ResponseEncrypted), plainly, nil,
		form(func(f url.Values) { f.Set("response", "a.b.c.d.e"); f.Del("vp_token") })},
	{"post without response_uri", code(openid4vp.TransportUnasked), byRedirect, nil,
		func(_ *testing.T, s *scene) { s.request.ResponseURI = "" }},
	{"protocol that was not offered", code(openid4vp.ProtocolUnasked), byAPI, nil,
		func(_ *testing.T, s *scene) { s.protocol = "openid4vp-v1-multisigned" }},
	{"origin that was not to ask", code(openid4vp.OriginUnasked), byAPI, nil,
		func(_ *testing.T, s *scene) { s.origin = "https://evil.example" }},
	{"other state", code(openid4vp.StateMismatch), byRedirect, nil,
		parameters(func(p map[string]any) { p["state"] = "other" })},
	{"other state outside", code(openid4vp.StateMismatch), byRedirect, nil,
		form(func(f url.Values) { f.Set("state", "other") })},
	{"empty state", code(openid4vp.StateMismatch), plainly, nil, form(func(f url.Values) { f.Set("state", "") })},
	{"no state", code(openid4vp.StateMissing), byRedirect, nil,
		parameters(func(p map[string]any) { delete(p, "state") })},
	{"plain answer without state", code(openid4vp.StateMissing), plainly, nil,
		form(func(f url.Values) { f.Del("state") })},
	{"error without state", code(openid4vp.StateMissing), byRedirect, nil,
		form(func(f url.Values) { f.Del("response"); f.Set("error", "access_denied") })},
	{"empty error", code(openid4vp.ErrorMalformed), byAPI, nil,
		data(func(d map[string]any) { delete(d, "response"); d["error"] = "" })},
}

// The faults of an encrypted response.
var envelopes = []forgery{
	{"three parts", code(openid4vp.JWEMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Set("response", "a.b.c") })},
	{"part with padding", code(openid4vp.JWEMalformed), byRedirect, nil,
		form(func(f url.Values) { f.Set("response", f.Get("response")+"=") })},
	{"encrypted key", code(openid4vp.JWEMalformed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.Compact = func(parts []string) { parts[1] = "AAAA" } })},
	{"long nonce", code(openid4vp.JWEMalformed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.Compact = func(parts []string) { parts[2] += "AAAA" } })},
	{"short tag", code(openid4vp.JWEMalformed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.Compact = func(parts []string) { parts[4] = parts[4][:16] } })},
	{"header that is no object", code(openid4vp.JWEHeader), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.Compact = func(parts []string) { parts[0] = "W10" } })},
	{"header with a repeated member", code(openid4vp.JWEHeader), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) {
			s.Compact = func(parts []string) {
				decoded, _ := base64.RawURLEncoding.DecodeString(parts[0])
				parts[0] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"dir",` + string(decoded[1:])))
			}
		})},
	{"compressed", code(openid4vp.JWEHeader), byRedirect, nil, sealHeader("zip", "DEF")},
	{"critical header", code(openid4vp.JWEHeader), byRedirect, nil, sealHeader("crit", []string{"exp"})},
	{"apu that is no base64url", code(openid4vp.JWEHeader), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) {
			s.Compact = func(parts []string) {
				decoded, _ := base64.RawURLEncoding.DecodeString(parts[0])
				parts[0] = base64.RawURLEncoding.EncodeToString([]byte(`{"apu":"+",` + string(decoded[1:])))
			}
		})},
	{"alg dir", code(openid4vp.JWEAlgorithm), byRedirect, nil, sealHeader("alg", "dir")},
	{"alg with key wrapping", code(openid4vp.JWEAlgorithm), byRedirect, nil, sealHeader("alg", "ECDH-ES+A128KW")},
	{"alg RSA1_5", code(openid4vp.JWEAlgorithm), byRedirect, nil, sealHeader("alg", "RSA1_5")},
	{"alg none", code(openid4vp.JWEAlgorithm), byRedirect, nil, sealHeader("alg", "none")},
	{"no alg", code(openid4vp.JWEAlgorithm), byRedirect, nil, sealHeader("alg", nil)},
	{"enc of CBC", code(openid4vp.JWEEncryption), byRedirect, nil, sealHeader("enc", "A128CBC-HS256")},
	{"no enc", code(openid4vp.JWEEncryption), byAPI, nil, sealHeader("enc", nil)},
	{"enc confusion", code(openid4vp.JWESealed), byRedirect, nil, sealHeader("enc", "A256GCM")},
	{"other kid", code(openid4vp.JWEKey), byRedirect, nil, sealHeader("kid", "1")},
	{"no kid", code(openid4vp.JWEKey), byAPI, nil, sealHeader("kid", nil)},
	{"epk on another curve", code(openid4vp.JWEEphemeralKey), byRedirect, nil,
		sealHeader("epk", map[string]any{"kty": "OKP", "crv": "X25519", "x": "WPX7wnwq10hFNK9aDSyG1QlLswE_CJY14LdhcFUIVVc"})},
	{"epk off the curve", code(openid4vp.JWEEphemeralKey), byRedirect, nil, sealHeader("epk", map[string]any{
		"kty": "EC", "crv": "P-256", "x": strings.Repeat("A", 43), "y": strings.Repeat("A", 43),
	})},
	{"epk with a private key", code(openid4vp.JWEEphemeralKey), byRedirect, nil, sealHeader("epk", map[string]any{
		"kty": "EC", "crv": "P-256", "x": "YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk",
		"y": "Hekpm0zfK7C-YccH5iBjcIXgf6YdUvNUac_0At55Okk", "d": "Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww",
	})},
	{"no epk", code(openid4vp.JWEEphemeralKey), byRedirect, nil, sealHeader("epk", map[string]any{})},
	{"epk of another sender", code(openid4vp.JWESealed), byRedirect, nil, sealHeader("epk", map[string]any{
		"kty": "EC", "crv": "P-256", "x": "YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk",
		"y": "Hekpm0zfK7C-YccH5iBjcIXgf6YdUvNUac_0At55Okk",
	})},
	{"sealed to another key", code(openid4vp.JWESealed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.To = otherKey() })},
	{"changed ciphertext", code(openid4vp.JWESealed), byAPI, nil,
		seal(func(s *openid4vptest.Sealing) { s.Compact = func(parts []string) { parts[3] = "AAAA" + parts[3][4:] } })},
	{"changed apv", code(openid4vp.JWESealed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) {
			s.Compact = func(parts []string) {
				decoded, _ := base64.RawURLEncoding.DecodeString(parts[0])
				parts[0] = base64.RawURLEncoding.EncodeToString([]byte(`{"apv":"AAAA",` + string(decoded[1:])))
			}
		})},
	{"payload that is no JSON", code(openid4vp.PayloadMalformed), byRedirect, nil,
		seal(func(s *openid4vptest.Sealing) { s.Payload = []byte("eyJhbGciOiJFUzI1NiJ9.e30.AA") })},
	{"payload with a response", code(openid4vp.PayloadMalformed), byRedirect, nil,
		parameters(func(p map[string]any) { p["response"] = "a.b.c.d.e" })},
	{"payload with vp_token and error", code(openid4vp.PayloadMalformed), byAPI, nil,
		parameters(func(p map[string]any) { p["error"] = "access_denied" })},
	{"payload without vp_token", code(openid4vp.VPTokenMissing), byRedirect, nil,
		parameters(func(p map[string]any) { delete(p, "vp_token") })},
}

// The faults of a VP Token and of its credentials.
var tokens = []forgery{
	{"presentation that is no array", code(openid4vp.VPTokenMalformed), byRedirect, nil,
		parameters(func(p map[string]any) { p["vp_token"] = map[string]string{"mdl": "text"} })},
	{"vp_token that is an array", code(openid4vp.VPTokenMalformed), byAPI, nil,
		parameters(func(p map[string]any) { p["vp_token"] = []string{"text"} })},
	{"empty vp_token", code(openid4vp.VPTokenMalformed), byAPI, nil,
		parameters(func(p map[string]any) { p["vp_token"] = map[string]any{} })},
	{"vp_token that is null", code(openid4vp.VPTokenMalformed), plainly, nil,
		form(func(f url.Values) { f.Set("vp_token", "null") })},
	{"empty array", code(openid4vp.VPTokenMalformed), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["mdl"] = []string{} })},
	{"empty presentation", code(openid4vp.VPTokenMalformed), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["mdl"] = []string{""} })},
	{"more presentations than the limit", code(openid4vp.VPTokenMalformed), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["mdl"] = make([]string, 17) })},
	{"presentation that is an object", code(openid4vp.VPTokenMalformed), byRedirect, nil,
		parameters(func(p map[string]any) { p["vp_token"] = map[string]any{"mdl": []any{map[string]any{}}} })},
	{"credential that was not asked for", code(openid4vp.CredentialUnrequested), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["other"] = tokens["mdl"] })},
	{"two presentations where one was asked for", code(openid4vp.CredentialRepeated), byAPI, nil,
		token(func(tokens map[string][]string) { tokens["pid"] = append(tokens["pid"], tokens["pid"][0]) })},
	{"credential left out", code(openid4vp.CredentialMissing), byRedirect, nil,
		token(func(tokens map[string][]string) { delete(tokens, "pid") })},
	{"Annex C without the document", code(openid4vp.CredentialMissing), byAnnexC, nil,
		func(_ *testing.T, s *scene) { s.mdl.DocType = "org.example.other" }},
	{"mdoc in base64 with padding", code(openid4vp.MdocEncoding), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["mdl"][0] += "=" })},
	{"SD-JWT in place of the mdoc", code(openid4vp.MdocEncoding), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["mdl"] = tokens["pid"] })},
	{"mdoc in place of the SD-JWT", ofSDJWT(sdjwtvc.Malformed), byRedirect, nil,
		token(func(tokens map[string][]string) { tokens["pid"] = tokens["mdl"] })},
	{"mdoc of another type", ofMdoc(mdoc.DocumentMissing), byRedirect, nil,
		func(_ *testing.T, s *scene) { s.mdl.DocType = "org.example.other" }},
	{"SD-JWT of another type", ofSDJWT(sdjwtvc.VCTUnaccepted), byRedirect, nil,
		func(_ *testing.T, s *scene) {
			s.pid = func(p *sdjwtvctest.Presentation) { p.Claims["vct"] = "urn:other" }
		}},
	{"mdoc without the element", ofMdoc(mdoc.ElementMissing), byRedirect, nil,
		func(_ *testing.T, s *scene) { s.mdl.Items[mdoc.NamespaceMDL] = s.mdl.Items[mdoc.NamespaceMDL][3:] }},
	{"mdoc without elements over Annex C", ofMdoc(mdoc.ElementMissing), byAnnexC, nil,
		func(_ *testing.T, s *scene) {
			s.mdl.SentHook = func([]cbor.RawMessage) []cbor.RawMessage { return nil }
		}},
	{"SD-JWT without the claim", code(openid4vp.ClaimMissing), byRedirect, nil,
		func(_ *testing.T, s *scene) {
			s.pid = func(p *sdjwtvctest.Presentation) { p.Disclosures = p.Disclosures[1:] }
		}},
	{"SD-JWT without disclosures", code(openid4vp.ClaimMissing), byRedirect, nil,
		func(_ *testing.T, s *scene) {
			s.pid = func(p *sdjwtvctest.Presentation) { p.Disclosures = nil }
		}},
	{"other value in the mdoc", code(openid4vp.ClaimValue), byRedirect, valueQuery(),
		func(_ *testing.T, s *scene) { s.mdl.Items[mdoc.NamespaceMDL][3].Value = "Schmidt" }},
	{"value of another type in the mdoc", code(openid4vp.ClaimValue), byRedirect, valueQuery(),
		func(_ *testing.T, s *scene) { s.mdl.Items[mdoc.NamespaceMDL][3].Value = []byte("Mustermann") }},
	{"other value over Annex C", code(openid4vp.ClaimValue), byAnnexC, only("mdl", valueQuery().Credentials[0]),
		func(_ *testing.T, s *scene) { s.mdl.Items[mdoc.NamespaceMDL][3].Value = "Schmidt" }},
	{"other value in the SD-JWT", code(openid4vp.ClaimValue), byRedirect, valueQuery(),
		func(_ *testing.T, s *scene) {
			s.pid = func(p *sdjwtvctest.Presentation) { p.Claims["issuing_country"] = "FR" }
		}},
	{"wallet's error", code(openid4vp.WalletRefused), byAPI, nil,
		data(func(d map[string]any) { delete(d, "response"); d["error"] = "access_denied" })},
	{"stored presentation of an unknown transport", code(openid4vp.PresentationStored), byAPI, nil,
		storedAs(func(p *openid4vp.Presentation) { p.Transport = "pigeon" })},
	{"untrusted issuer of an mdoc", errUntrusted, byRedirect, nil,
		func(_ *testing.T, s *scene) { s.verify.TrustMdoc = func(mdoc.Issuer) error { return errUntrusted } }},
	{"untrusted issuer of an SD-JWT", errUntrusted, byRedirect, nil,
		func(_ *testing.T, s *scene) { s.verify.TrustSDJWT = func(sdjwtvc.Issuer) error { return errUntrusted } }},
	{"expired mdoc", ofMdoc(mdoc.Expired), byRedirect, mdlAlone,
		func(_ *testing.T, s *scene) { s.verify.Now = now.AddDate(0, 2, 0) }},
	{"old SD-JWT", ofSDJWT(sdjwtvc.KeyBindingTooOld), byRedirect, pidAlone,
		func(_ *testing.T, s *scene) { s.verify.Now = now.Add(20 * time.Minute) }},
}

// valueQuery asks for the name of a person, and for a country.
func valueQuery() *openid4vp.Query {
	name := openid4vp.Element(mdoc.NamespaceMDL, "family_name")
	name.Values = openid4vp.Values{"Mustermann", "Musterfrau"}
	issuing := openid4vp.At("issuing_country")
	issuing.Values = openid4vp.Values{"DE"}
	return &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{
		openid4vp.Mdoc("mdl", mdoc.DocTypeMDL, name), openid4vp.SDJWT("pid", []string{sdjwtvc.PIDType}, issuing),
	}}
}

var errUntrusted = trustError("untrusted")

type trustError string

func (e trustError) Error() string { return string(e) }

func TestForgeryIsRefusedAndTheSameWithoutTheFaultIsAccepted(t *testing.T) {
	t.Parallel()
	all := slices.Concat(thefts, forms, envelopes, tokens)
	require.GreaterOrEqual(t, len(all), 120)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, f.by, f.query)
			f.make(t, s)
			require.ErrorIs(t, s.play(t), f.want)
			require.NoError(t, newScene(t, f.by, f.query).play(t), "without the fault")
		})
	}
}
