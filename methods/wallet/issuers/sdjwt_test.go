package issuers_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
	"github.com/stile-id/stile/rules"
)

// jwtList returns a status list of two bits for each credential; see list.
func jwtList(t *testing.T, uri string, key crypto.Signer) string {
	t.Helper()
	header := map[string]any{"alg": "ES256", "typ": "statuslist+jwt", "kid": "1"}
	return sdjwtvctest.Sign(key, "ES256", header, map[string]any{
		"sub": uri, "iat": mdoctest.Now.Unix(), "exp": mdoctest.Now.Add(time.Hour).Unix(),
		"status_list": map[string]any{"bits": 2, "lst": "eNp7AgAA5QDl"},
	})
}

func parsed(t *testing.T, certificate *x509.Certificate) *mdoc.Certificate {
	t.Helper()
	c, err := mdoc.ParseCertificate(certificate.Raw)
	require.NoError(t, err)
	return c
}

// pid returns an issuer of SD-JWT VC, and how package sdjwtvc asks about it.
func pid(vct string) (*sdjwtvctest.Issuer, sdjwtvc.Issuer) {
	i := sdjwtvctest.NewIssuer("ES256", "https://pid.example.eu", mdoctest.Now)
	return i, sdjwtvc.Issuer{Name: "https://pid.example.eu", VCT: vct, Chain: i.Chain}
}

func TestIssuerOfAnSDJWTIsTrustedUnderARootOrByItself(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]int{"itself": 0, "its root": 1} {
		w := newWorld(t)
		i, asked := pid(sdjwtvc.PIDType)
		w.write("eudi_pid/"+name+".pem", pemOf(parsed(t, i.Chain[at])))
		w.write("trust.yaml", []byte("eudi_pid: {unreachable: accept}\n"))
		opened := w.open()
		finding, err := opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
		require.NoError(t, err, name)
		require.Equal(t, "DE", finding.Country)
		require.Equal(t, sdjwtvc.PIDType, finding.DocType)
		_, err = opened.SDJWT(t.Context(), rules.MethodMDL, asked, mdoctest.Now)
		requireCode(t, issuers.UnknownIssuer, err)
		_, other := pid(sdjwtvc.PIDType)
		_, err = opened.SDJWT(t.Context(), rules.MethodEUDIPID, other, mdoctest.Now)
		require.Error(t, err)
		_, err = opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now.AddDate(1, 0, 0))
		requireCode(t, issuers.ExpiredIssuer, err)
	}
}

func TestStatusOfAnSDJWTIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, asked := pid(sdjwtvc.PIDType)
	w.write("eudi_pid/de.pem", pemOf(parsed(t, i.Chain[0])))
	uri := w.server.URL + "/list"
	w.serve("/list", func() []byte { return []byte(jwtList(t, uri, i.Key)) })
	opened := w.open()
	finding, err := opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	require.NoError(t, err)
	for index, code := range []issuers.Code{
		"", issuers.RevokedCredential, issuers.SuspendedCredential, issuers.UnknownStatus,
	} {
		reference := issuers.SDJWTStatus(&sdjwtvc.Status{URI: uri, Index: uint64(index)})
		state, err := opened.Status(t.Context(), finding, reference)
		if code == "" {
			require.NoError(t, err)
			require.Equal(t, issuers.StateValid, state)
			continue
		}
		requireCode(t, code, err)
	}
	state, err := opened.Status(t.Context(), finding, issuers.SDJWTStatus(nil))
	require.NoError(t, err)
	require.Equal(t, issuers.StateNone, state)
}

// TestNationalTypeIsTrustedAsItsBase: package sdjwtvc accepts a national type that names an accepted one in aka_vcts.
func TestNationalTypeIsTrustedAsItsBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, asked := pid("urn:eudi:pid:de:1")
	w.write("eudi_pid/urn:eudi:pid:1/de.pem", pemOf(parsed(t, i.Chain[0])))
	finding, err := w.open().SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	require.NoError(t, err)
	require.Equal(t, sdjwtvc.PIDType, finding.DocType)

	w.write("trust.yaml", []byte("eudi_pid: {types: ['urn:eudi:pid:de:1']}\n"))
	opened := w.open()
	require.Equal(t, []string{sdjwtvc.PIDType, "urn:eudi:pid:de:1"}, opened.Types(rules.MethodEUDIPID))
	_, err = opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err) // the folder is for the other type
}

// published is an issuer that publishes its keys, on a server of its own over TLS.
func published(t *testing.T, w *world) (*issuers.Issuers, *sdjwtvctest.Issuer, string) {
	t.Helper()
	key := &sdjwtvctest.Issuer{Key: sdjwtvctest.Key("ES256"), Alg: "ES256"}
	jwk := sdjwtvctest.JWK(key.Key)
	jwk["kid"] = "1"
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked[r.URL.Path]++
		w.mu.Unlock()
		if r.URL.Path == "/list" {
			_, _ = out.Write([]byte(jwtList(t, server.URL+"/list", key.Key)))
			return
		}
		_ = json.NewEncoder(out).Encode(map[string]any{
			"issuer": server.URL, "jwks": map[string]any{"keys": []any{jwk}},
		})
	}))
	t.Cleanup(server.Close)
	w.write("trust.yaml", []byte("eudi_pid: {issuers: [{name: '"+server.URL+"'}]}\n"))
	opened := w.open()
	opened.UseTransport(server.Client().Transport)
	return opened, key, server.URL
}

func TestIssuerThatTheOperatorNamesIsTrustedByItsPublishedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened, key, name := published(t, w)
	require.Empty(t, opened.Unavailable(rules.MethodEUDIPID))
	asked := sdjwtvc.Issuer{Name: name, VCT: sdjwtvc.PIDType}
	finding, err := opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	require.NoError(t, err)
	for range 2 {
		keys, err := opened.Keys()(t.Context(), name, "1")
		require.NoError(t, err)
		require.Equal(t, []crypto.PublicKey{key.Key.Public()}, keys)
	}
	require.Equal(t, 1, w.requests("/.well-known/jwt-vc-issuer"), "metadata is kept")
	w.pass(5 * time.Minute)
	_, err = opened.Keys()(t.Context(), name, "1")
	require.NoError(t, err)
	require.Equal(t, 2, w.requests("/.well-known/jwt-vc-issuer"), "but not for long")

	state, err := opened.Status(t.Context(), finding, &issuers.Reference{URI: name + "/list"})
	require.NoError(t, err)
	require.Equal(t, issuers.StateValid, state)

	asked.Name = "https://other.example.eu"
	_, err = opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
	asked.Name = ""
	_, err = opened.SDJWT(t.Context(), rules.MethodEUDIPID, asked, mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
}

func TestListOfANamedIssuerMustBeSignedByOneOfItsKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened, _, name := published(t, w)
	finding, err := opened.SDJWT(t.Context(), rules.MethodEUDIPID,
		sdjwtvc.Issuer{Name: name, VCT: sdjwtvc.PIDType}, mdoctest.Now)
	require.NoError(t, err)
	i, uri := mdoctest.NewIssuer("P-256"), w.server.URL+"/other"
	for _, body := range [][]byte{
		[]byte(jwtList(t, uri, mdoctest.Key("P-256"))), newList(uri, i.Signer, i.SignerKey).body(),
	} {
		w.serve("/other", func() []byte { return body })
		_, err = opened.Status(t.Context(), finding, &issuers.Reference{URI: uri})
		requireCode(t, issuers.StatusUnreachable, err)
		w.pass(time.Minute)
	}
}
