package openid4vp_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
)

func yes() *bool {
	is := true
	return &is
}

// queryFault is a fault in a query that is otherwise valid.
type queryFault struct {
	name string
	want openid4vp.Code
	make func(*openid4vp.Query)
}

func ofMDL(change func(*openid4vp.CredentialQuery)) func(*openid4vp.Query) {
	return func(q *openid4vp.Query) { change(&q.Credentials[0]) }
}

func ofPID(change func(*openid4vp.CredentialQuery)) func(*openid4vp.Query) {
	return func(q *openid4vp.Query) { change(&q.Credentials[1]) }
}

func path(parts ...any) func(*openid4vp.CredentialQuery) {
	return func(c *openid4vp.CredentialQuery) { c.Claims[0].Path = parts }
}

func values(list ...any) func(*openid4vp.CredentialQuery) {
	return func(c *openid4vp.CredentialQuery) { c.Claims[0].Values = append(openid4vp.Values{}, list...) }
}

var queryFaults = []queryFault{
	{"no credentials", openid4vp.QueryEmpty, func(q *openid4vp.Query) { q.Credentials = nil }},
	{"more credentials than the limit", openid4vp.QueryTooLarge, func(q *openid4vp.Query) {
		for i := range 16 {
			q.Credentials = append(q.Credentials, mdl(fmt.Sprint("mdl", i)))
		}
	}},
	{"more claims than the limit", openid4vp.QueryTooLarge, ofMDL(func(c *openid4vp.CredentialQuery) {
		for i := range 129 {
			c.Claims = append(c.Claims, openid4vp.Element("ns", fmt.Sprint(i)))
		}
	})},
	{"empty id", openid4vp.CredentialID, ofMDL(func(c *openid4vp.CredentialQuery) { c.ID = "" })},
	{"id with a space", openid4vp.CredentialID, ofMDL(func(c *openid4vp.CredentialQuery) { c.ID = "m dl" })},
	{"id twice", openid4vp.CredentialIDRepeated, ofMDL(func(c *openid4vp.CredentialQuery) { c.ID = "pid" })},
	{"other format", openid4vp.FormatUnsupported, ofMDL(func(c *openid4vp.CredentialQuery) { c.Format = "ldp_vc" })},
	{"no document type", openid4vp.MetaMalformed, ofMDL(func(c *openid4vp.CredentialQuery) { c.Meta.DocType = "" })},
	{"types for an mdoc", openid4vp.MetaMalformed,
		ofMDL(func(c *openid4vp.CredentialQuery) { c.Meta.Types = []string{"a"} })},
	{"no types", openid4vp.MetaMalformed, ofPID(func(c *openid4vp.CredentialQuery) { c.Meta.Types = nil })},
	{"empty type", openid4vp.MetaMalformed, ofPID(func(c *openid4vp.CredentialQuery) { c.Meta.Types = []string{""} })},
	{"document type for an SD-JWT", openid4vp.MetaMalformed,
		ofPID(func(c *openid4vp.CredentialQuery) { c.Meta.DocType = "a" })},
	{"no claims", openid4vp.ClaimsMissing, ofMDL(func(c *openid4vp.CredentialQuery) { c.Claims = nil })},
	{"empty path", openid4vp.ClaimPath, ofPID(path())},
	{"path of one name into an mdoc", openid4vp.ClaimPath, ofMDL(path("a"))},
	{"path with an index into an mdoc", openid4vp.ClaimPath, ofMDL(path("a", 1))},
	{"path with an empty name", openid4vp.ClaimPath, ofPID(path("a", ""))},
	{"path in no UTF-8", openid4vp.ClaimPath, ofPID(path("a", "\xff"))},
	{"path with a large index", openid4vp.ClaimPath, ofPID(path("a", 1<<40))},
	{"path with a negative index", openid4vp.ClaimPath, ofPID(path("a", -1))},
	{"path that begins with an index", openid4vp.ClaimPath, ofPID(path(1))},
	{"path that begins with all elements", openid4vp.ClaimPath, ofPID(path(nil))},
	{"path with a fraction", openid4vp.ClaimPath, ofPID(path("a", 1.5))},
	{"path twice", openid4vp.ClaimRepeated, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims = append(c.Claims, c.Claims[0])
	})},
	{"id of a claim twice", openid4vp.ClaimID, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims = append(c.Claims, openid4vp.Element("ns", "other"))
		c.Claims[0].ID, c.Claims[1].ID = "a", "a"
	})},
	{"id of a claim with a dot", openid4vp.ClaimID, ofMDL(func(c *openid4vp.CredentialQuery) { c.Claims[0].ID = "a.b" })},
	{"claim sets without ids", openid4vp.ClaimID, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.ClaimSets = [][]string{{"a"}}
	})},
	{"no values", openid4vp.ClaimValues, ofPID(values())},
	{"value in no UTF-8", openid4vp.ClaimValues, ofPID(values("\xff"))},
	{"value that is large", openid4vp.ClaimValues, ofPID(values(1 << 40))},
	{"value that is an array", openid4vp.ClaimValues, ofPID(values([]any{"a"}))},
	{"value that is a fraction", openid4vp.ClaimValues, ofPID(values(1.5))},
	{"intent to retain of an SD-JWT", openid4vp.ClaimValues, ofPID(func(c *openid4vp.CredentialQuery) {
		c.Claims[0].IntentToRetain = yes()
	})},
	{"claim set of an unknown claim", openid4vp.ClaimSets, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims[0].ID, c.ClaimSets = "a", [][]string{{"b"}}
	})},
	{"empty claim set", openid4vp.ClaimSets, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims[0].ID, c.ClaimSets = "a", [][]string{{}}
	})},
	{"no claim sets", openid4vp.ClaimSets, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims[0].ID, c.ClaimSets = "a", [][]string{}
	})},
	{"claim twice in a set", openid4vp.ClaimSets, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.Claims[0].ID, c.ClaimSets = "a", [][]string{{"a", "a"}}
	})},
	{"credential set without options", openid4vp.CredentialSets, func(q *openid4vp.Query) {
		q.CredentialSets = []openid4vp.CredentialSetQuery{{}}
	}},
	{"credential set of an unknown credential", openid4vp.CredentialSets, func(q *openid4vp.Query) {
		q.CredentialSets = []openid4vp.CredentialSetQuery{{Options: [][]string{{"mdl", "other"}}}}
	}},
	{"authorities of an unknown type", openid4vp.TrustedAuthorities, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.TrustedAuthorities = []openid4vp.AuthoritiesQuery{{Type: "iaca", Values: []string{"a"}}}
	})},
	{"authorities without values", openid4vp.TrustedAuthorities, ofMDL(func(c *openid4vp.CredentialQuery) {
		c.TrustedAuthorities = []openid4vp.AuthoritiesQuery{{Type: "aki"}}
	})},
}

func TestQueryFaultIsRefused(t *testing.T) {
	t.Parallel()
	for _, f := range queryFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			query := openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid")}}
			require.NoError(t, query.Validate())
			f.make(&query)
			require.ErrorIs(t, query.Validate(), code(f.want))
			_, err := sanClient.NewRequest(options(query))
			require.ErrorIs(t, err, code(f.want))
		})
	}
}

// clientFault is a fault in the options of a client that are otherwise valid.
type clientFault struct {
	name string
	want openid4vp.Code
	make func(*openid4vp.ClientOptions)
}

var clientFaults = []clientFault{
	{"no certificate", openid4vp.ClientChain, func(o *openid4vp.ClientOptions) { o.Chain = nil }},
	{"certificate that is nil", openid4vp.ClientChain, func(o *openid4vp.ClientOptions) { o.Chain[0] = nil }},
	{"certificate of another root", openid4vp.ClientChain, func(o *openid4vp.ClientOptions) {
		o.Chain[1] = openid4vptest.Certify(o.Key, now, host)[1]
	}},
	{"no key", openid4vp.ClientKey, func(o *openid4vp.ClientOptions) { o.Key = nil }},
	{"key of another certificate", openid4vp.ClientKey, func(o *openid4vp.ClientOptions) {
		o.Key = mdoctest.Key("P-256")
	}},
	{"key on a brainpool curve", openid4vp.ClientKey, func(o *openid4vp.ClientOptions) {
		o.Key = mdoctest.Key("brainpoolP256r1")
		o.Chain = []*x509.Certificate{{PublicKey: o.Key.Public()}}
	}},
	{"certificate of another host", openid4vp.ClientName, func(o *openid4vp.ClientOptions) { o.Host = "other.example" }},
	{"no host", openid4vp.ClientName, func(o *openid4vp.ClientOptions) { o.Host = "" }},
	{"wildcard", openid4vp.ClientName, func(o *openid4vp.ClientOptions) {
		o.Chain, o.Host = openid4vptest.Certify(o.Key, now, "*.example.com"), "*.example.com"
	}},
	{"host that a wildcard covers", openid4vp.ClientName, func(o *openid4vp.ClientOptions) {
		o.Chain = openid4vptest.Certify(o.Key, now, "*.example.com")
	}},
	{"unknown prefix", openid4vp.ClientName, func(o *openid4vp.ClientOptions) { o.Prefix = "did" }},
}

func TestClientFaultIsRefused(t *testing.T) {
	t.Parallel()
	for _, f := range clientFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			key := mdoctest.Key("P-256")
			o := openid4vp.ClientOptions{
				Prefix: openid4vp.SANDNS, Key: key, Chain: openid4vptest.Certify(key, now, host), Host: host,
			}
			_, err := openid4vp.NewClient(o)
			require.NoError(t, err)
			f.make(&o)
			_, err = openid4vp.NewClient(o)
			require.ErrorIs(t, err, code(f.want))
		})
	}
}

// requestFault is a fault in the options of a request that are otherwise valid.
type requestFault struct {
	name string
	want openid4vp.Code
	make func(*openid4vp.RequestOptions)
}

func transaction(object openid4vp.TransactionObject) func(*openid4vp.RequestOptions) {
	return func(o *openid4vp.RequestOptions) { o.TransactionData = []openid4vp.TransactionObject{object} }
}

func responseURIOf(address string) func(*openid4vp.RequestOptions) {
	return func(o *openid4vp.RequestOptions) { o.ResponseURI = address }
}

func originOf(origin string) func(*openid4vp.RequestOptions) {
	return func(o *openid4vp.RequestOptions) { o.Origins = []string{origin} }
}

var requestFaults = []requestFault{
	{"no transport", openid4vp.TransportMissing, func(o *openid4vp.RequestOptions) {
		o.ResponseURI, o.Protocols = "", nil
	}},
	{"response_uri of HTTP", openid4vp.ResponseURI, responseURIOf("http://verify.example.com/1")},
	{"response_uri with a fragment", openid4vp.ResponseURI, responseURIOf("https://verify.example.com/1#a")},
	{"response_uri with a user", openid4vp.ResponseURI, responseURIOf("https://a@verify.example.com/1")},
	{"response_uri without a host", openid4vp.ResponseURI, responseURIOf("https:/1")},
	{"response_uri of another host", openid4vp.ClientName, responseURIOf("https://other.example.com/1")},
	{"no origin", openid4vp.OriginMalformed, func(o *openid4vp.RequestOptions) { o.Origins = nil }},
	{"origin with a path", openid4vp.OriginMalformed, originOf(origin + "/")},
	{"origin of HTTP", openid4vp.OriginMalformed, originOf("http://verify.example.com")},
	{"origin with its prefix", openid4vp.OriginMalformed, originOf("origin:" + origin)},
	{"unknown protocol", openid4vp.ProtocolUnknown, func(o *openid4vp.RequestOptions) {
		o.Protocols = []openid4vp.Protocol{"openid4vp"}
	}},
	{"protocol twice", openid4vp.ProtocolUnknown, func(o *openid4vp.RequestOptions) {
		o.Protocols = []openid4vp.Protocol{openid4vp.Signed, openid4vp.Signed}
	}},
	{"org-iso-mdoc that an SD-JWT must answer", openid4vp.ProtocolUnfit, func(o *openid4vp.RequestOptions) {
		o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	}},
	{"org-iso-mdoc with two documents of a type", openid4vp.ProtocolUnfit, func(o *openid4vp.RequestOptions) {
		o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
		o.Query.Credentials = []openid4vp.CredentialQuery{mdl("a"), mdl("b")}
	}},
	{"transaction data without a type", openid4vp.TransactionData,
		transaction(openid4vp.TransactionObject{CredentialIDs: []string{"pid"}})},
	{"transaction data without credentials", openid4vp.TransactionData,
		transaction(openid4vp.TransactionObject{Type: "payment"})},
	{"transaction data for an mdoc", openid4vp.TransactionData,
		transaction(openid4vp.TransactionObject{Type: "payment", CredentialIDs: []string{"mdl"}})},
	{"transaction data that is no JSON", openid4vp.TransactionData, transaction(openid4vp.TransactionObject{
		Type: "payment", CredentialIDs: []string{"pid"}, Members: map[string]any{"f": func() {}},
	})},
}

func TestRequestFaultIsRefused(t *testing.T) {
	t.Parallel()
	for _, f := range requestFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			o := options(openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid")}})
			newRequest(t, o)
			f.make(&o)
			_, err := sanClient.NewRequest(o)
			require.ErrorIs(t, err, code(f.want))
		})
	}
}

func TestStoredRequestIsChecked(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(newRequest(t, options(mdlQuery)))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		want   openid4vp.Code
		change func(request, key map[string]any)
	}{
		"no nonce":         {openid4vp.RequestMalformed, func(r, _ map[string]any) { delete(r, "nonce") }},
		"short nonce":      {openid4vp.RequestMalformed, func(r, _ map[string]any) { r["nonce"] = "AAAA" }},
		"no client":        {openid4vp.RequestMalformed, func(r, _ map[string]any) { delete(r, "client_id") }},
		"no state":         {openid4vp.RequestMalformed, func(r, _ map[string]any) { delete(r, "state") }},
		"no query":         {openid4vp.QueryEmpty, func(r, _ map[string]any) { delete(r, "query") }},
		"no key":           {openid4vp.EphemeralKeyStored, func(r, _ map[string]any) { delete(r, "key") }},
		"no private key":   {openid4vp.EphemeralKeyStored, func(_, k map[string]any) { delete(k, "d") }},
		"other curve":      {openid4vp.EphemeralKeyStored, func(_, k map[string]any) { k["crv"] = "P-384" }},
		"other public key": {openid4vp.EphemeralKeyStored, func(_, k map[string]any) { k["x"] = k["y"] }},
		"short key":        {openid4vp.EphemeralKeyStored, func(_, k map[string]any) { k["d"] = "AAAA" }},
	} {
		var members map[string]any
		require.NoError(t, json.Unmarshal(text, &members))
		c.change(members, members["key"].(map[string]any))
		changed, err := json.Marshal(members)
		require.NoError(t, err)
		require.ErrorIs(t, json.Unmarshal(changed, &openid4vp.Request{}), code(c.want), name)
	}
}

func TestEphemeralKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	r := newRequest(t, options(mdlQuery))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Contains(t, fmt.Sprintf(verb, r.Key), "ephemeral key")
	}
}

func TestRequestsDifferInEachSecret(t *testing.T) {
	t.Parallel()
	a, b := newRequest(t, options(mdlQuery)), newRequest(t, options(mdlQuery))
	require.NotEqual(t, a.Nonce, b.Nonce)
	require.NotEqual(t, a.State, b.State)
	require.NotEqual(t, a.Nonce, a.State)
	require.NotEqual(t, a.Key, b.Key)
	require.GreaterOrEqual(t, len(a.Nonce), 43)
}

func TestRequestObjectIsSignedByEachAlgorithm(t *testing.T) {
	t.Parallel()
	for _, curve := range []string{"P-256", "P-384", "P-521", "Ed25519"} {
		for _, prefix := range []openid4vp.Prefix{openid4vp.SANDNS, openid4vp.Hash} {
			key := mdoctest.Key(curve)
			chain := openid4vptest.Certify(key, now, host)
			client, err := openid4vp.NewClient(openid4vp.ClientOptions{
				Prefix: prefix, Key: signer{key}, Chain: chain, Host: host,
			})
			require.NoError(t, err)
			r, err := client.NewRequest(options(mdlQuery))
			require.NoError(t, err)
			object, err := client.SignRedirect(r, "")
			require.NoError(t, err)
			require.Equal(t, client.ID(), openid4vptest.ReadObject(object).ClientID)
			require.Equal(t, [][]byte{chain[0].Raw}, certificatesOf(t, object), "the root is left out")
		}
	}
}

// signer is a key that only signs, as one in a hardware module.
type signer struct{ crypto.Signer }

func TestRequestObjectOfARedirectHasItsParameters(t *testing.T) {
	t.Parallel()
	r := newRequest(t, options(mdlQuery))
	object, err := sanClient.SignRedirect(r, "wallet's nonce")
	require.NoError(t, err)
	read := openid4vptest.ReadObject(object)
	require.ElementsMatch(t, []string{
		"aud", "client_id", "client_metadata", "dcql_query", "nonce", "response_mode", "response_type", "response_uri",
		"state", "wallet_nonce",
	}, names(read.Object))
	require.Equal(t, "https://self-issued.me/v2", read.Audience)
	require.Equal(t, "x509_san_dns:"+host, read.ClientID)
	require.Equal(t, "vp_token", read.ResponseType)
	require.Equal(t, "direct_post.jwt", read.ResponseMode)
	require.Equal(t, responseURI, read.ResponseURI)
	require.Equal(t, r.Nonce, read.Nonce)
	require.Equal(t, r.State, read.State)
	require.Equal(t, "wallet's nonce", read.WalletNonce)
	require.Equal(t, r.Query, read.Query)
	require.Equal(t, []string{"A128GCM", "A256GCM"}, read.Metadata.Encryptions)
	require.Len(t, read.Metadata.Keys.Keys, 1)
	key := read.Metadata.Keys.Keys[0]
	require.Equal(t, []string{"EC", "P-256", "enc", "ECDH-ES"}, []string{key.Kty, key.Crv, key.Use, key.Alg})
	require.NotEmpty(t, key.Kid)
	require.Equal(t, []string{"mso_mdoc"}, names(read.Metadata.Formats))
	require.NotContains(t, object, `"d"`)
}

func names[T any](object map[string]T) (names []string) {
	for name := range object {
		names = append(names, name)
	}
	return names
}

func TestRequestOfTheDigitalCredentialsAPIHasItsParameters(t *testing.T) {
	t.Parallel()
	o := options(mdlQuery)
	r := newRequest(t, o)
	offers, err := sanClient.Offers(r)
	require.NoError(t, err)
	signed := openid4vptest.ReadOffer(offers[0], origin)
	require.ElementsMatch(t, []string{
		"aud", "client_id", "client_metadata", "dcql_query", "expected_origins", "nonce", "response_mode", "response_type",
	}, names(signed.Object))
	require.Equal(t, []string{origin}, signed.ExpectedOrigins)
	require.Equal(t, "dc_api.jwt", signed.ResponseMode)
	unsigned := openid4vptest.ReadOffer(offers[1], origin)
	require.ElementsMatch(t, []string{
		"client_metadata", "dcql_query", "nonce", "response_mode", "response_type",
	}, names(unsigned.Object))

	o.Plain = true
	offers, err = sanClient.Offers(newRequest(t, o))
	require.NoError(t, err)
	plain := openid4vptest.ReadOffer(offers[1], origin)
	require.Equal(t, "dc_api", plain.ResponseMode)
	require.Equal(t, []string{"vp_formats_supported"}, names(plain.Object["client_metadata"].(map[string]any)))
}

func TestRequestAsksForItsClaimsAlone(t *testing.T) {
	t.Parallel()
	o := options(mdlQuery)
	o.Protocols = []openid4vp.Protocol{openid4vp.Signed, openid4vp.IsoMdoc}
	offers, err := sanClient.Offers(newRequest(t, o))
	require.NoError(t, err)
	claims := openid4vptest.ReadOffer(offers[0], origin).Query.Credentials[0].Claims
	require.Equal(t, []openid4vp.ClaimsQuery{openid4vp.Element(mdoc.NamespaceMDL, "age_over_21")}, claims)
	require.Equal(t, map[string]map[string]map[string]bool{
		mdoc.DocTypeMDL: {mdoc.NamespaceMDL: {"age_over_21": false}},
	}, openid4vptest.ReadDeviceRequest(offers[1], origin))
}

func TestDeviceRequestTellsWhetherElementsAreRetained(t *testing.T) {
	t.Parallel()
	o := options(mdlQuery)
	o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	kept := openid4vp.Element(mdoc.NamespaceMDL, "family_name")
	kept.ID, kept.IntentToRetain = "name", yes()
	age, birth := openid4vp.Element(mdoc.NamespaceMDL, "age_over_21"), openid4vp.Element(mdoc.NamespaceMDL, "birth_date")
	age.ID, birth.ID = "age", "birth"
	query := openid4vp.Mdoc("mdl", mdoc.DocTypeMDL, kept, age, birth)
	query.ClaimSets = [][]string{{"name", "age"}, {"name", "birth"}}
	o.Query = openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}}
	offers, err := sanClient.Offers(newRequest(t, o))
	require.NoError(t, err)
	require.Equal(t, map[string]map[string]map[string]bool{
		mdoc.DocTypeMDL: {mdoc.NamespaceMDL: {"age_over_21": false, "family_name": true}},
	}, openid4vptest.ReadDeviceRequest(offers[0], origin))
}

// The reader's signature covers the origin, so there is none if several may ask.
func TestDeviceRequestOfSeveralOriginsIsNotSigned(t *testing.T) {
	t.Parallel()
	o := options(mdlQuery)
	o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	o.Origins = append(o.Origins, "https://other.example.com")
	offers, err := sanClient.Offers(newRequest(t, o))
	require.NoError(t, err)
	require.Contains(t, openid4vptest.ReadDeviceRequest(offers[0], ""), mdoc.DocTypeMDL)
}

func TestOtherClientSignsNoRequest(t *testing.T) {
	t.Parallel()
	r := newRequest(t, options(mdlQuery))
	other := openid4vptest.NewClient(openid4vp.Hash, "", now)
	_, err := other.SignRedirect(r, "")
	require.ErrorIs(t, err, code(openid4vp.ClientChanged))
	_, err = other.Offers(r)
	require.ErrorIs(t, err, code(openid4vp.ClientChanged))
	r.ResponseURI = ""
	_, err = sanClient.SignRedirect(r, "")
	require.ErrorIs(t, err, code(openid4vp.TransportMissing))
}

func TestHostOfAHashedClientIsFree(t *testing.T) {
	t.Parallel()
	client := openid4vptest.NewClient(openid4vp.Hash, "", now)
	o := options(mdlQuery)
	o.ResponseURI = "http://localhost:8080/response"
	o.Origins = []string{"http://127.0.0.1:8080"}
	_, err := client.NewRequest(o)
	require.NoError(t, err)
}

func TestLinkNeedsAddresses(t *testing.T) {
	t.Parallel()
	r := newRequest(t, options(mdlQuery))
	for _, base := range []string{"", "wallet", "mailto:a@b.example", "https://a.example/#b"} {
		_, err := r.Link(base, origin)
		require.ErrorIs(t, err, code(openid4vp.LinkMalformed), base)
	}
	for _, at := range []string{"", "http://a.example/1", "https://a.example/1#b"} {
		_, err := r.Link("openid4vp://authorize", at)
		require.ErrorIs(t, err, code(openid4vp.LinkMalformed), at)
	}
	link, err := r.Link("openid4vp://authorize", origin+"/request/1")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link, "openid4vp://authorize?client_id=x509_san_dns%3Averify.example.com&"), link)
	link, err = r.Link("mdoc-openid4vp://", origin+"/request/1")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link, "mdoc-openid4vp://?client_id="), link)
}

var walletPosts = map[string]openid4vp.Code{
	"":                          "",
	"unknown=a&wallet_nonce=b":  "",
	"wallet_nonce=%2B%2F%3D%3D": "",
	`wallet_metadata={"vp_formats_supported":{"dc%2Bsd-jwt":null}}`: "",
	"wallet_nonce=a&wallet_nonce=b":                                 openid4vp.WalletPostMalformed,
	"wallet_nonce=%zz":                                              openid4vp.WalletPostMalformed,
	"wallet_nonce=%ff":                                              openid4vp.WalletPostMalformed,
	"a=" + strings.Repeat("a", openid4vp.MaxWalletPost):             openid4vp.WalletPostMalformed,
	strings.Repeat("a&", 65):                                        openid4vp.WalletPostMalformed,
	"wallet_nonce=":                                                 openid4vp.WalletNonce,
	"wallet_nonce=" + strings.Repeat("a", 513):                      openid4vp.WalletNonce,
	"wallet_metadata=":                                              openid4vp.WalletMetadata,
	"wallet_metadata=null":                                          openid4vp.WalletMetadata,
	"wallet_metadata=[]":                                            openid4vp.WalletMetadata,
	`wallet_metadata={"a":1,"a":2}`:                                 openid4vp.WalletMetadata,
	"wallet_metadata=" + strings.Repeat("[", 60_000):                openid4vp.WalletMetadata,
}

func TestPostToRequestURIIsBounded(t *testing.T) {
	t.Parallel()
	for body, want := range walletPosts {
		_, err := openid4vp.ReadWalletPost([]byte(body))
		if want == "" {
			require.NoError(t, err, body)
			continue
		}
		require.ErrorIs(t, err, code(want), body[:min(40, len(body))])
	}
}

// Each code is refused by a test of the tables, but for the faults that only a changed store can have.
func TestEachCodeHasAForgery(t *testing.T) {
	t.Parallel()
	had := map[openid4vp.Code]bool{
		openid4vp.ClientChanged: true, openid4vp.LinkMalformed: true, openid4vp.EphemeralKeyStored: true,
		openid4vp.TransactionUnproven: true, openid4vp.RequestMalformed: true,
	}
	for _, f := range queryFaults {
		had[f.want] = true
	}
	for _, f := range clientFaults {
		had[f.want] = true
	}
	for _, f := range requestFaults {
		had[f.want] = true
	}
	for _, want := range walletPosts {
		had[want] = true
	}
	for _, table := range [][]forgery{thefts, forms, envelopes, tokens} {
		for _, f := range table {
			var fault *openid4vp.Fault
			if errors.As(f.want, &fault) {
				had[fault.Code] = true
			}
		}
	}
	for _, c := range openid4vp.Codes() {
		require.True(t, had[c], "%s has no forgery", c)
	}
}
