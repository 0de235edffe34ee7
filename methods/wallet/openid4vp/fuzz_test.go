package openid4vp_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
)

// fuzzed returns a request, and the wallet that reads it.
func fuzzed(f *testing.F, plain bool) (*openid4vp.Request, *openid4vptest.Request) {
	f.Helper()
	o := options(bothFormats)
	o.Plain = plain
	r, err := sanClient.NewRequest(o)
	require.NoError(f, err)
	object, err := sanClient.SignRedirect(r, "")
	require.NoError(f, err)
	return r, openid4vptest.ReadObject(object)
}

func honest(wallet *openid4vptest.Request) map[string]any {
	return wallet.Token(map[string][]string{
		"mdl": {wallet.Mdoc(mdoctest.NewMDL(mdocs))}, "pid": {wallet.PID(pids, now, nil)},
	})
}

// mustHold checks that an opened presentation is refused, or has both credentials with their claims.
func mustHold(t *testing.T, r *openid4vp.Request, p *openid4vp.Presentation) {
	t.Helper()
	verified, err := r.Verify(t.Context(), stored(t, p), trust())
	if err != nil {
		return
	}
	require.Len(t, verified, 2)
	over, known, err := verified[0].Mdoc.Person().AgeOver(21)
	require.NoError(t, err)
	require.True(t, over && known)
	require.Equal(t, map[string]any{"18": true}, verified[1].SDJWT.Claims["age_equal_or_over"])
}

// FuzzOpenForm holds that no body of a post makes OpenForm or Verify panic, and that a response which verifies has the
// requested credentials.
func FuzzOpenForm(f *testing.F) {
	plain, wallet := fuzzed(f, true)
	encrypted, reader := fuzzed(f, false)
	f.Add(wallet.Form(honest(wallet)))
	f.Add(reader.Form(honest(reader)))
	f.Add([]byte("error=access_denied&state=" + plain.State))
	f.Add([]byte(url.Values{"vp_token": {`{"mdl": ["AA"], "pid": ["a.b.c~"]}`}, "state": {plain.State}}.Encode()))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range []*openid4vp.Request{plain, encrypted} {
			if p, err := r.OpenForm(body); err == nil {
				mustHold(t, r, p)
			}
		}
		_, _ = openid4vp.ReadWalletPost(body)
	})
}

// FuzzOpenDCAPI does the same with the object that the Digital Credentials API returns.
func FuzzOpenDCAPI(f *testing.F) {
	o := options(bothFormats)
	o.Plain = true
	plain, err := sanClient.NewRequest(o)
	require.NoError(f, err)
	offers, err := sanClient.Offers(plain)
	require.NoError(f, err)
	o = options(mdlQuery)
	o.Protocols = []openid4vp.Protocol{openid4vp.IsoMdoc}
	annexC, err := sanClient.NewRequest(o)
	require.NoError(f, err)
	isoOffers, err := sanClient.Offers(annexC)
	require.NoError(f, err)
	wallet := openid4vptest.ReadOffer(offers[1], origin)
	f.Add(wallet.Data(honest(wallet)))
	f.Add(openid4vptest.AnnexC(isoOffers[0], origin, mdoctest.NewMDL(mdocs)))
	f.Add([]byte(`{"error": "invalid_request"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := plain.OpenDCAPI(openid4vp.Unsigned, data, origin); err == nil {
			mustHold(t, plain, p)
		}
		if p, err := annexC.OpenDCAPI(openid4vp.IsoMdoc, data, origin); err == nil {
			_, _ = annexC.Verify(t.Context(), stored(t, p), trust())
		}
	})
}

// FuzzSealed seals fuzzed payloads under fuzzed headers: none makes OpenForm panic, and a header of another algorithm
// does not open.
func FuzzSealed(f *testing.F) {
	r, wallet := fuzzed(f, false)
	payload, err := json.Marshal(honest(wallet))
	require.NoError(f, err)
	f.Add([]byte(`{}`), payload)
	f.Add([]byte(`{"apu":"QWxpY2U","apv":"Qm9i","typ":"JWT"}`), payload)
	f.Add([]byte(`{"alg":"dir"}`), []byte(`{"error":"access_denied"}`))
	f.Add([]byte(`{"enc":"A128CBC-HS256","zip":"DEF","crit":["a"],"epk":{}}`), []byte(`{"vp_token":{"mdl":["AA"]}}`))
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		var change map[string]any
		if json.Unmarshal(header, &change) != nil {
			change = nil
		}
		sealed := wallet.Seal(nil, func(s *openid4vptest.Sealing) {
			s.Payload = payload
			for name, value := range change {
				s.Header[name] = value
			}
			for _, party := range []string{"apu", "apv"} {
				text, _ := s.Header[party].(string)
				if _, err := base64.RawURLEncoding.Strict().DecodeString(text); err != nil {
					delete(s.Header, party)
				}
			}
			change = s.Header
		})
		p, err := r.OpenForm([]byte(url.Values{"response": {sealed}}.Encode()))
		if err != nil {
			var fault *openid4vp.Fault
			require.True(t, errors.As(err, &fault), "%v", err)
			return
		}
		require.Equal(t, "ECDH-ES", change["alg"])
		require.Equal(t, "A128GCM", change["enc"])
		mustHold(t, r, p)
	})
}

// FuzzRequestObject holds that a wallet reads a Request Object as it was signed, whatever its texts are, and that a
// query reads as it was written.
func FuzzRequestObject(f *testing.F) {
	f.Add("mdl", mdoc.DocTypeMDL, mdoc.NamespaceMDL, "age_over_21", "nonce", 1)
	f.Add("p-i_d", "<&>\"", "\u2028", "é", "+/==", 0)
	f.Add("mdl", "a", "\xe2", "\xff", "", 1<<40)
	f.Fuzz(func(t *testing.T, id, docType, namespace, element, nonce string, index int) {
		claim := openid4vp.Element(namespace, element)
		claim.Values = openid4vp.Values{element, index, true}
		o := options(openid4vp.Query{Credentials: []openid4vp.CredentialQuery{
			openid4vp.Mdoc(id, docType, claim),
			openid4vp.SDJWT("pid", []string{sdjwtvc.PIDType, docType + "x"}, openid4vp.At(element, nil, index, namespace)),
		}})
		if len(nonce) > 512 || !utf8.ValidString(nonce) {
			return
		}
		r, err := sanClient.NewRequest(o)
		if err != nil {
			return
		}
		object, err := sanClient.SignRedirect(stored(t, r), nonce)
		require.NoError(t, err)
		read := openid4vptest.ReadObject(object)
		require.Equal(t, r.Query, read.Query)
		require.Equal(t, nonce, read.WalletNonce)
		require.NoError(t, read.Query.Validate())
	})
}
