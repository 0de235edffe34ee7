package openid4vp_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

const (
	host        = "verify.example.com"
	origin      = "https://verify.example.com"
	responseURI = "https://verify.example.com/response/1"
)

var (
	now       = mdoctest.Now
	mdocs     = mdoctest.NewIssuer("P-256")
	pids      = sdjwtvctest.NewIssuer("ES256", "https://pid.example/de", now)
	sanClient = openid4vptest.NewClient(openid4vp.SANDNS, host, now)
	mdlQuery  = openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl")}}
)

func mdl(id string) openid4vp.CredentialQuery {
	return openid4vp.Mdoc(id, mdoc.DocTypeMDL, openid4vp.Element(mdoc.NamespaceMDL, "age_over_21"))
}

func pid(id string) openid4vp.CredentialQuery {
	return openid4vp.SDJWT(id, []string{sdjwtvc.PIDType}, openid4vp.At("age_equal_or_over", "18"))
}

func options(query openid4vp.Query) openid4vp.RequestOptions {
	return openid4vp.RequestOptions{
		Query: query, ResponseURI: responseURI, Origins: []string{origin},
		Protocols: []openid4vp.Protocol{openid4vp.Signed, openid4vp.Unsigned},
	}
}

func trust() openid4vp.VerifyOptions {
	return openid4vp.VerifyOptions{
		Now: now, Skew: time.Minute,
		TrustMdoc:  func(mdoc.Issuer) error { return nil },
		TrustSDJWT: func(sdjwtvc.Issuer) error { return nil },
	}
}

func newRequest(t *testing.T, o openid4vp.RequestOptions) *openid4vp.Request {
	t.Helper()
	r, err := sanClient.NewRequest(o)
	require.NoError(t, err)
	return r
}

// stored returns the value as another process reads it.
func stored[T any](t *testing.T, value *T) *T {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	read := new(T)
	require.NoError(t, json.Unmarshal(text, read))
	require.Equal(t, value, read)
	return read
}

func redirect(t *testing.T, r *openid4vp.Request) *openid4vptest.Request {
	t.Helper()
	object, err := sanClient.SignRedirect(r, "")
	require.NoError(t, err)
	return openid4vptest.ReadObject(object)
}

func verify(t *testing.T, r *openid4vp.Request, p *openid4vp.Presentation) []openid4vp.Verified {
	t.Helper()
	verified, err := stored(t, r).Verify(t.Context(), stored(t, p), trust())
	require.NoError(t, err)
	return verified
}

func TestMdocAnswersARedirect(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		o := options(mdlQuery)
		o.Plain = plain
		r := newRequest(t, o)
		wallet := redirect(t, r)
		token := wallet.Token(map[string][]string{"mdl": {wallet.Mdoc(mdoctest.NewMDL(mdocs))}})

		p, err := stored(t, r).OpenForm(wallet.Form(token))
		require.NoError(t, err)
		require.Equal(t, openid4vp.Redirect, p.Transport)
		verified := verify(t, r, p)

		require.Len(t, verified, 1)
		require.Equal(t, "mdl", verified[0].ID)
		over, known, err := verified[0].Mdoc.Person().AgeOver(21)
		require.NoError(t, err)
		require.True(t, over && known)
		require.Len(t, verified[0].Mdoc.Elements[mdoc.NamespaceMDL], 1)
	}
}

func TestMdocWithAMACAnswersARedirect(t *testing.T) {
	t.Parallel()
	r := newRequest(t, options(mdlQuery))
	wallet := redirect(t, r)
	document := mdoctest.NewMDL(mdocs)
	document.MACWith = wallet.Metadata.Keys.Keys[0].Public()
	p, err := r.OpenForm(wallet.Form(wallet.Token(map[string][]string{"mdl": {wallet.Mdoc(document)}})))
	require.NoError(t, err)
	require.Equal(t, mdoc.ByMAC, verify(t, r, p)[0].Mdoc.DeviceAuth)
}

func TestBothFormatsAnswerEachProtocol(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		o := options(openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid")}})
		o.Plain = plain
		r := newRequest(t, o)
		offers, err := sanClient.Offers(r)
		require.NoError(t, err)
		require.Len(t, offers, 2)
		for _, offer := range offers {
			wallet := openid4vptest.ReadOffer(offer, origin)
			token := wallet.Token(map[string][]string{
				"pid": {wallet.PID(pids, now, nil)}, "mdl": {wallet.Mdoc(mdoctest.NewMDL(mdocs))},
			})

			p, err := r.OpenDCAPI(offer.Protocol, wallet.Data(token), origin)
			require.NoError(t, err)
			verified := verify(t, r, p)

			require.Len(t, verified, 2)
			require.Equal(t, "mdl", verified[0].ID)
			require.Equal(t, "pid", verified[1].ID)
			identity, err := verified[1].SDJWT.ReadPID(now)
			require.NoError(t, err)
			over, stated := identity.AgeOver(18)
			require.True(t, over && stated)
		}
	}
}

func TestMdocAnswersAnnexC(t *testing.T) {
	t.Parallel()
	o := options(mdlQuery)
	o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	r := newRequest(t, o)
	offers, err := sanClient.Offers(r)
	require.NoError(t, err)

	p, err := stored(t, r).OpenDCAPI(openid4vp.IsoMdoc,
		openid4vptest.AnnexC(offers[0], origin, mdoctest.NewMDL(mdocs)), origin)
	require.NoError(t, err)
	require.Equal(t, openid4vp.AnnexC, p.Transport)
	verified := verify(t, r, p)

	require.Len(t, verified, 1)
	require.Equal(t, "mdl", verified[0].ID)
}

// certificatesOf returns the certificates in the header of a Request Object.
func certificatesOf(t *testing.T, object string) [][]byte {
	t.Helper()
	part, _, _ := strings.Cut(object, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	var header struct{ X5C [][]byte }
	require.NoError(t, json.Unmarshal(decoded, &header))
	return header.X5C
}
