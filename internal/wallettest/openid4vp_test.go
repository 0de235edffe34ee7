package wallettest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
)

// queries ask for each kind of document.
var queries = map[string]openid4vp.CredentialQuery{
	wallettest.MDL: openid4vp.Mdoc("mdl", mdoc.DocTypeMDL,
		openid4vp.Element(mdoc.NamespaceMDL, "age_over_21"), openid4vp.Element(mdoc.NamespaceMDL, "family_name")),
	wallettest.PhotoID: openid4vp.Mdoc("photo", mdoc.DocTypePhotoID,
		openid4vp.Element(mdoc.NamespaceCommon, "age_over_21"), openid4vp.Element(mdoc.NamespacePhotoID, "person_id")),
	wallettest.PID: openid4vp.Mdoc("pid", mdoc.DocTypePID, openid4vp.Element(mdoc.NamespacePID, "birth_date")),
	wallettest.Age: openid4vp.Mdoc("age", mdoc.DocTypeAV, openid4vp.Element(mdoc.NamespaceAV, "age_over_18")),
	wallettest.PIDSDJWT: openid4vp.SDJWT("sdjwt", []string{sdjwtvc.PIDType},
		openid4vp.At("age_equal_or_over", "18"), openid4vp.At("nationalities", nil), openid4vp.At("birthdate")),
}

// verifier is a client with the address of one of its requests.
type verifier struct {
	*openid4vp.Client
	request *openid4vp.Request
	link    string
}

// newVerifier makes a request and serves it at the address of the link.
func newVerifier(t *testing.T, prefix openid4vp.Prefix, plain bool, query openid4vp.Query) *verifier {
	t.Helper()
	v := &verifier{Client: openid4vptest.NewClient(prefix, "verifier.example", time.Now())}
	o := openid4vp.RequestOptions{
		Query: query, ResponseURI: responseURI, Origins: []string{origin}, Plain: plain,
		Protocols: []openid4vp.Protocol{openid4vp.Signed, openid4vp.Unsigned},
	}
	if query.AnsweredByMdocs() {
		o.Protocols = append(o.Protocols, openid4vp.IsoMdoc)
	}
	var err error
	v.request, err = v.NewRequest(o)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		post, err := openid4vp.ReadWalletPost(body)
		if err == nil {
			var object string
			object, err = v.SignRedirect(v.request, post.Nonce)
			w.Header().Set("Content-Type", openid4vp.RequestObjectType)
			_, _ = io.WriteString(w, object)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	v.link, err = v.request.Link("openid4vp://authorize", server.URL)
	require.NoError(t, err)
	return v
}

// byRedirect returns the wallet's answer to the link.
func (v *verifier) byRedirect(t *testing.T, w *wallettest.Wallet, method string) *openid4vp.Presentation {
	t.Helper()
	answer, fault := w.Redirect(t, v.link, wallettest.RedirectOptions{Method: method, Hold: true})
	require.Empty(t, fault)
	require.Equal(t, responseURI, answer.ResponseURI)
	presentation, err := v.request.OpenForm(answer.Encoded())
	require.NoError(t, err)
	return presentation
}

// byDCAPI returns the wallet's answer over the Digital Credentials API.
func (v *verifier) byDCAPI(t *testing.T, w *wallettest.Wallet, p openid4vp.Protocol) *openid4vp.Presentation {
	t.Helper()
	offers, err := v.Offers(v.request)
	require.NoError(t, err)
	credential, fault := w.Digital(t, offers, origin, wallettest.DigitalOptions{Protocol: string(p)})
	require.Empty(t, fault)
	require.Equal(t, string(p), credential.Protocol)
	presentation, err := v.request.OpenDCAPI(p, credential.Data, origin)
	require.NoError(t, err)
	return presentation
}

func (v *verifier) verify(t *testing.T, root string, p *openid4vp.Presentation) []openid4vp.Verified {
	t.Helper()
	verified, err := v.request.Verify(t.Context(), p, openid4vp.VerifyOptions{
		Now: time.Now(), Skew: time.Minute, TrustSDJWT: accepting(t, root).Trust,
		TrustMdoc: func(issuer mdoc.Issuer) error {
			for _, d := range documents {
				if d.docType == issuer.DocType {
					return trusting(t, root, d.docType, d.profile, nil).Trust(issuer)
				}
			}
			return errors.New("no such document type")
		},
	})
	require.NoError(t, err)
	return verified
}

func TestWalletAnswersEachRequestOverEachTransport(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	for kind := range queries {
		wallet.Issue(t, kind, wallettest.Document{})
	}
	for _, prefix := range []openid4vp.Prefix{openid4vp.SANDNS, openid4vp.Hash} {
		for mode, plain := range map[string]bool{"encrypted": false, "plain": true} {
			for kind, query := range queries {
				t.Run(string(prefix)+"/"+mode+"/"+kind, func(t *testing.T) {
					t.Parallel()
					v := newVerifier(t, prefix, plain, openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}})
					presentations := map[string]*openid4vp.Presentation{
						"get": v.byRedirect(t, wallet, "get"), "post": v.byRedirect(t, wallet, "post"),
					}
					for _, protocol := range v.request.Protocols {
						presentations[string(protocol)] = v.byDCAPI(t, wallet, protocol)
					}
					for transport, presentation := range presentations {
						verified := v.verify(t, wallet.Root, presentation)
						require.Len(t, verified, 1, transport)
						require.Equal(t, query.ID, verified[0].ID)
						require.Len(t, verified[0].Claims, len(query.Claims))
					}
				})
			}
		}
	}
}

func TestWalletAnswersAQueryWithAlternatives(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	wallet.Issue(t, wallettest.Age, wallettest.Document{})
	query := openid4vp.Query{
		Credentials: []openid4vp.CredentialQuery{
			queries[wallettest.PID], queries[wallettest.PIDSDJWT], queries[wallettest.Age],
		},
		CredentialSets: []openid4vp.CredentialSetQuery{{Options: [][]string{{"pid"}, {"sdjwt"}, {"age"}}}},
	}
	v := newVerifier(t, openid4vp.Hash, false, query)
	for _, presentation := range []*openid4vp.Presentation{
		v.byRedirect(t, wallet, "post"), v.byDCAPI(t, wallet, openid4vp.Signed), v.byDCAPI(t, wallet, openid4vp.IsoMdoc),
	} {
		verified := v.verify(t, wallet.Root, presentation)
		require.Len(t, verified, 1)
		require.Equal(t, "age", verified[0].ID)
	}
	wallet.Issue(t, wallettest.PIDSDJWT, wallettest.Document{})
	require.Equal(t, "sdjwt", v.verify(t, wallet.Root, v.byRedirect(t, wallet, "get"))[0].ID)
}

func TestWalletShowsTheFirstSetOfClaimsThatItHas(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	wallet.Issue(t, wallettest.Age, wallettest.Document{}) // has age_over_18 alone
	wallet.Issue(t, wallettest.PIDSDJWT, wallettest.Document{})
	sets := func(c openid4vp.CredentialQuery, ages ...openid4vp.ClaimsQuery) openid4vp.CredentialQuery {
		for at, claim := range ages {
			claim.ID = []string{"first", "second"}[at]
			c.Claims, c.ClaimSets = append(c.Claims, claim), append(c.ClaimSets, []string{claim.ID})
		}
		return c
	}
	for want, query := range map[string]openid4vp.CredentialQuery{
		"second": sets(openid4vp.Mdoc("age", mdoc.DocTypeAV),
			openid4vp.Element(mdoc.NamespaceAV, "age_over_21"), openid4vp.Element(mdoc.NamespaceAV, "age_over_18")),
		"first": sets(openid4vp.SDJWT("pid", []string{sdjwtvc.PIDType}),
			openid4vp.At("age_equal_or_over", "18"), openid4vp.At("age_equal_or_over", "21")),
	} {
		v := newVerifier(t, openid4vp.Hash, false, openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}})
		verified := v.verify(t, wallet.Root, v.byDCAPI(t, wallet, openid4vp.Signed))
		require.Len(t, verified[0].Claims, 1)
		require.Equal(t, want, verified[0].Claims[0].ID)
	}
}

func TestWalletRefusesARequestThatIsNotRight(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	wallet.Issue(t, wallettest.MDL, wallettest.Document{})
	query := openid4vp.Query{Credentials: []openid4vp.CredentialQuery{queries[wallettest.MDL]}}
	v := newVerifier(t, openid4vp.SANDNS, false, query)
	offers, err := v.Offers(v.request)
	require.NoError(t, err)

	for protocol, want := range map[openid4vp.Protocol]string{
		openid4vp.Signed: "expected_origins", openid4vp.IsoMdoc: "Signature is invalid on the reader auth",
	} {
		_, fault := wallet.Digital(t, offers, "https://evil.example", wallettest.DigitalOptions{Protocol: string(protocol)})
		require.Contains(t, fault, want)
	}
	other := newVerifier(t, openid4vp.SANDNS, false, query)
	other.Client = openid4vptest.NewClient(openid4vp.Hash, "", time.Now())
	other.request.ClientID = other.ID()
	_, fault := wallet.Redirect(t, other.link, wallettest.RedirectOptions{Hold: true})
	require.Contains(t, fault, "client_id does not match")

	wallet.Clear(t)
	_, fault = wallet.Redirect(t, v.link, wallettest.RedirectOptions{Hold: true})
	require.Contains(t, fault, "no documents")
}
