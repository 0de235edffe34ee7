package openid4vp

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
	"github.com/stretchr/testify/require"
)

// The DCQL queries of OpenID4VP 1.0 (sections 6 and 7, Appendix D).
func TestQueriesOfTheSpecificationAreReadAndWritten(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/dcql/*.json")
	require.NoError(t, err)
	require.Len(t, files, 8)
	for _, file := range files {
		query := exampleQuery(t, filepath.Base(file))
		if filepath.Base(file) == "jwt_vc.json" {
			require.ErrorIs(t, query.Validate(), fault(FormatUnsupported))
			continue
		}
		require.NoError(t, query.Validate(), file)
		written, err := json.Marshal(query)
		require.NoError(t, err)
		require.JSONEq(t, string(mustRead(t, file)), string(written))
	}
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return content
}

func exampleQuery(t *testing.T, name string) *Query {
	t.Helper()
	var query Query
	require.NoError(t, json.Unmarshal(mustRead(t, "testdata/dcql/"+name), &query))
	return &query
}

// The text of Appendix D says which credentials answer the queries.
func TestQueriesOfTheSpecificationAreAnsweredByTheirCredentials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, ids string
		answers    bool
	}{
		{"simple.json", "my_credential", true},
		{"simple.json", "", false},
		{"multi_credentials.json", "pid mdl", true},
		{"multi_credentials.json", "pid", false},
		{"credentials_alternatives.json", "pid", true},
		{"credentials_alternatives.json", "other_pid nice_to_have", true},
		{"credentials_alternatives.json", "pid_reduced_cred_1 pid_reduced_cred_2", true},
		{"credentials_alternatives.json", "pid_reduced_cred_1", false},
		{"credentials_alternatives.json", "nice_to_have", false},
		{"complex_mdoc.json", "mdl-id", true},
		{"complex_mdoc.json", "photo_card-id mdl-address", true},
		{"complex_mdoc.json", "mdl-address", false},
	} {
		require.Equal(t, c.answers, exampleQuery(t, c.query).answeredBy(strings.Fields(c.ids)), "%s: %s", c.query, c.ids)
	}
}

func TestClaimSetsAreInTheirOrder(t *testing.T) {
	t.Parallel()
	sets := exampleQuery(t, "claims_alternatives.json").Credentials[0].sets()
	require.Len(t, sets, 2)
	require.Equal(t, []string{"a", "c", "d", "e"}, claimIDs(sets[0]))
	require.Equal(t, []string{"a", "b", "e"}, claimIDs(sets[1]))
}

func claimIDs(claims []ClaimsQuery) (ids []string) {
	for _, claim := range claims {
		ids = append(ids, claim.ID)
	}
	return ids
}

// The example of section 7.3.
func TestPathsOfTheSpecificationSelectTheirClaims(t *testing.T) {
	t.Parallel()
	var credential map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{
		"name": "Arthur Dent",
		"address": {"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"},
		"degrees": [
			{"type": "Bachelor of Science", "university": "University of Betelgeuse"},
			{"type": "Master of Science", "university": "University of Betelgeuse"}
		],
		"nationalities": ["British", "Betelgeusian"]
	}`), &credential))
	for _, c := range []struct {
		path string
		want string
	}{
		{`["name"]`, `["Arthur Dent"]`},
		{`["address"]`, `[{"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"}]`},
		{`["address", "street_address"]`, `["42 Market Street"]`},
		{`["degrees", null, "type"]`, `["Bachelor of Science", "Master of Science"]`},
		{`["nationalities", 1]`, `["Betelgeusian"]`},
		{`["nationalities", 2]`, `null`},
		{`["nationalities", "1"]`, `null`},
		{`["name", "first"]`, `null`},
		{`["name", null]`, `null`},
		{`["age"]`, `null`},
	} {
		var path Path
		require.NoError(t, json.Unmarshal([]byte(c.path), &path))
		found, err := json.Marshal(path.find(credential))
		require.NoError(t, err)
		require.JSONEq(t, c.want, string(found), c.path)
	}
}

// The key and its thumbprint in B.2.6.
func TestThumbprintOfTheSpecification(t *testing.T) {
	t.Parallel()
	key := publicJWK{
		Type: "EC", Curve: "P-256",
		X: "DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0", Y: "XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc",
	}
	require.Equal(t, "4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047",
		hex.EncodeToString(key.thumbprint()[:]))
}

// The encrypted response of section 8.3, with its private key.
func TestEncryptedResponseOfTheSpecificationOpens(t *testing.T) {
	t.Parallel()
	var key EphemeralKey
	require.NoError(t, json.Unmarshal([]byte(`{
		"kty":"EC", "kid":"ac", "use":"enc", "crv":"P-256","alg":"ECDH-ES",
		"x":"YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk",
		"y":"Hekpm0zfK7C-YccH5iBjcIXgf6YdUvNUac_0At55Okk",
		"d":"Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww"
	}`), &key))
	text := "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt" +
		"0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2piaGNhZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5I" +
		"joicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05UWU45ZyIsImNydiI6IlAtMjU2In1" +
		"9..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3hdLN" +
		"4taHZ9gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ"

	plain, err := key.decrypt(text, "ac")

	require.NoError(t, err)
	m, err := readPayload(plain)
	require.NoError(t, err)
	p, err := Presentation{Transport: DCAPI}.read(m)
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"example_credential_id": {"eyJhb...YMetA"}}, p.Token)
}

// The Error Responses of section 8.2 and A.4.
func TestErrorResponsesOfTheSpecificationOpen(t *testing.T) {
	t.Parallel()
	r := &Request{ResponseURI: "https://client.example.org/post", State: "eyJhb...6-sVA",
		Protocols: []Protocol{Unsigned}, Origins: []string{"https://client.example.org"}}
	p, err := r.OpenForm([]byte(
		"error=invalid_request&error_description=unsupported%20client_id_prefix&state=eyJhb...6-sVA"))
	require.NoError(t, err)
	require.Equal(t, &Presentation{Transport: Redirect, Refusal: InvalidRequest}, p)

	p, err = r.OpenDCAPI(Unsigned, []byte("{\n    \"error\": \"invalid_request\"\n}"), "https://client.example.org")
	require.NoError(t, err)
	require.Equal(t, InvalidRequest, p.Refusal)
}

// The POST to request_uri in section 5.10.
func TestPostToRequestURIOfTheSpecificationIsRead(t *testing.T) {
	t.Parallel()
	post, err := ReadWalletPost([]byte("wallet_metadata=%7B%22vp_formats_supported%22%3A%7B%22dc%2Bsd-jwt%22%3A%7B%22" +
		"sd-jwt_alg_values%22%3A%20%5B%22ES256%22%5D%2C%22kb-jwt_alg_values%22%3A%20%5B%22ES256%22%5D%7D%7D%7D&" +
		"wallet_nonce=qPmxiNFCR3QTm19POc8u"))
	require.NoError(t, err)
	require.Equal(t, "qPmxiNFCR3QTm19POc8u", post.Nonce)
	require.JSONEq(t, `{"vp_formats_supported": {"dc+sd-jwt": {
		"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]
	}}}`, string(post.Metadata))
}

// The reader's signature of ISO/IEC 18013-5 D.4.1.1, over the session transcript of D.5.1.
func TestReaderAuthenticationIsThatOfAnnexD(t *testing.T) {
	t.Parallel()
	var request deviceRequest
	require.NoError(t, cbor.Unmarshal(fromHex(t, "testdata/annex_d_request.hex"), &request))
	require.Equal(t, "1.0", request.Version)
	require.Len(t, request.Requests, 1)
	var signature struct {
		_         struct{} `cbor:",toarray"`
		Protected []byte
		Open      map[int][]byte
		Payload   []byte
		Signature []byte
	}
	require.NoError(t, cbor.Unmarshal(request.Requests[0].Reader, &signature))
	reader, err := x509.ParseCertificate(signature.Open[33])
	require.NoError(t, err)
	var transcript cbor.Tag
	require.NoError(t, cbor.Unmarshal(fromHex(t, "../mdoc/testdata/annex_d_session_transcript.hex"), &transcript))

	signed, err := readerSigned(signature.Protected, transcript.Content.([]byte), request.Requests[0].Items)

	require.NoError(t, err)
	require.NoError(t, jwsbb.Verify(reader.PublicKey, "ES256", signed, signature.Signature))
}

func fromHex(t *testing.T, file string) []byte {
	t.Helper()
	decoded, err := hex.DecodeString(strings.Join(strings.Fields(string(mustRead(t, file))), ""))
	require.NoError(t, err)
	return decoded
}

// The link of section 5.4 has these parameters.
func TestLinkIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	r := &Request{ClientID: "x509_san_dns:client.example.org"}
	link, err := r.Link("https://wallet.example/authorize", "https://client.example.org/request/vapof4ql2i7m41m68uep")
	require.NoError(t, err)
	require.Equal(t, "https://wallet.example/authorize?client_id=x509_san_dns%3Aclient.example.org"+
		"&request_uri=https%3A%2F%2Fclient.example.org%2Frequest%2Fvapof4ql2i7m41m68uep&request_uri_method=post", link)
}
