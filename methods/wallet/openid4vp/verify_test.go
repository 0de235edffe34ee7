package openid4vp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

// verified plays the scene and returns the credentials.
func (s *scene) verified(t *testing.T) []openid4vp.Verified {
	t.Helper()
	p, err := s.open(t)
	require.NoError(t, err)
	return verify(t, s.request, p)
}

// adds gives the driving licence another element.
func (s *scene) adds(element string, value any) {
	items := s.mdl.Items[mdoc.NamespaceMDL]
	s.mdl.Items[mdoc.NamespaceMDL] = append(items, mdoctest.Item{Element: element, Value: value})
}

func TestRefusalOfAWalletOpens(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]openid4vp.Refusal{
		"access_denied":            openid4vp.AccessDenied,
		"wallet_unavailable":       openid4vp.WalletUnavailable,
		"vp_formats_not_supported": openid4vp.FormatsNotSupported,
		"Mustermann":               openid4vp.OtherError,
	} {
		s := newScene(t, byRedirect, nil)
		form := url.Values{"error": {sent}, "error_description": {"Mustermann"}, "state": {s.wallet.State}}
		p, err := s.request.OpenForm([]byte(form.Encode()))
		require.NoError(t, err)
		require.Equal(t, &openid4vp.Presentation{Transport: openid4vp.Redirect, Refusal: want}, stored(t, p))

		sealed := s.wallet.Form(map[string]any{"error": sent, "state": s.wallet.State})
		p, err = s.request.OpenForm(sealed)
		require.NoError(t, err)
		require.Equal(t, want, p.Refusal)

		for _, by := range []way{byAPI, byAnnexC} {
			s := newScene(t, by, nil)
			text, err := json.Marshal(map[string]string{"error": sent})
			require.NoError(t, err)
			p, err = s.request.OpenDCAPI(s.protocol, text, origin)
			require.NoError(t, err)
			require.Equal(t, want, p.Refusal)
			_, err = s.request.Verify(t.Context(), p, trust())
			require.ErrorIs(t, err, code(openid4vp.WalletRefused))
		}
	}
}

func TestResponseOpensWithEitherEncryptionAndParties(t *testing.T) {
	t.Parallel()
	for _, enc := range []string{"A128GCM", "A256GCM"} {
		for _, party := range []string{"", "QWxpY2U"} {
			s := newScene(t, byRedirect, nil)
			s.seal = func(sealing *openid4vptest.Sealing) {
				sealing.Enc, sealing.Header["enc"] = enc, enc
				if party != "" {
					sealing.Header["apu"], sealing.Header["apv"] = party, party
				}
			}
			require.Len(t, s.verified(t), 2)
		}
	}
}

func TestStateMayBeOutsideTheEncryption(t *testing.T) {
	t.Parallel()
	s := newScene(t, byRedirect, nil)
	s.parameters = func(p map[string]any) { delete(p, "state") }
	s.form = func(f url.Values) { f.Set("state", s.wallet.State) }
	require.Len(t, s.verified(t), 2)
}

func TestUnknownParametersAreIgnored(t *testing.T) {
	t.Parallel()
	s := newScene(t, byRedirect, nil)
	s.parameters = func(p map[string]any) { p["presentation_submission"] = map[string]any{"id": 1} }
	s.form = func(f url.Values) { f.Set("iss", "wallet") }
	require.Len(t, s.verified(t), 2)
	s = newScene(t, byAPI, nil)
	s.data = func(d map[string]any) { d["other"] = []any{1} }
	require.Len(t, s.verified(t), 2)
}

func TestMultiplePresentationsAnswerAQueryThatAllowsThem(t *testing.T) {
	t.Parallel()
	query := pid("pid")
	query.Multiple = true
	s := newScene(t, byRedirect, &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}})
	s.token = func(tokens map[string][]string) {
		tokens["pid"] = append(tokens["pid"], s.wallet.PID(pids, now, nil))
	}
	verified := s.verified(t)
	require.Len(t, verified, 2)
	require.NotEqual(t, verified[0].SDJWT.HolderKey, verified[1].SDJWT.HolderKey)
}

func TestCredentialSetIsAnsweredByOneOfItsOptions(t *testing.T) {
	t.Parallel()
	no := false
	query := &openid4vp.Query{
		Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid"), mdl("extra")},
		CredentialSets: []openid4vp.CredentialSetQuery{
			{Options: [][]string{{"pid"}, {"mdl"}}}, {Options: [][]string{{"extra"}}, Required: &no},
		},
	}
	for _, c := range []struct {
		left []string
		want error
	}{
		{[]string{"mdl"}, nil},
		{[]string{"pid"}, nil},
		{[]string{"pid", "extra"}, nil},
		{[]string{"extra"}, code(openid4vp.CredentialMissing)},
	} {
		s := newScene(t, byRedirect, query)
		s.token = func(tokens map[string][]string) {
			all := map[string][]string{}
			for _, id := range c.left {
				all[id] = tokens[id]
			}
			clear(tokens)
			for id, presentations := range all {
				tokens[id] = presentations
			}
		}
		require.ErrorIs(t, s.play(t), c.want)
	}
}

func withClaimSets() openid4vp.CredentialQuery {
	age, birth := openid4vp.Element(mdoc.NamespaceMDL, "age_over_25"), openid4vp.Element(mdoc.NamespaceMDL, "birth_date")
	age.ID, birth.ID = "age", "birth"
	query := openid4vp.Mdoc("mdl", mdoc.DocTypeMDL, age, birth)
	query.ClaimSets = [][]string{{"age"}, {"birth"}}
	return query
}

func TestClaimSetThatTheMdocHasIsVerified(t *testing.T) {
	t.Parallel()
	query := &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{withClaimSets()}}
	s := newScene(t, byRedirect, query)
	verified := s.verified(t)
	require.Equal(t, "birth", verified[0].Claims[0].ID)
	require.Contains(t, verified[0].Mdoc.Elements[mdoc.NamespaceMDL], "birth_date")

	s = newScene(t, byRedirect, query)
	s.adds("age_over_25", true)
	require.Equal(t, "age", s.verified(t)[0].Claims[0].ID)

	s = newScene(t, byRedirect, query)
	s.mdl.Items[mdoc.NamespaceMDL] = s.mdl.Items[mdoc.NamespaceMDL][5:]
	require.ErrorIs(t, s.play(t), ofMdoc(mdoc.ElementMissing))
	require.ErrorContains(t, s.play(t), "age_over_25", "the preferred claims are named")
}

// A document number is optional, so a wallet may leave it out of its answer.
func TestClaimSetThatTheMdocHasIsVerifiedOverAnnexC(t *testing.T) {
	t.Parallel()
	s := newScene(t, byAnnexC, &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{withClaimSets()}})
	require.Equal(t, "birth", s.verified(t)[0].Claims[0].ID)
}

func TestIssuerOfAMdocWithClaimSetsIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, byRedirect, &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{withClaimSets()}})
	asked := 0
	s.verify.TrustMdoc = func(mdoc.Issuer) error { asked++; return errUntrusted }
	require.ErrorIs(t, s.play(t), errUntrusted)
	require.Equal(t, 1, asked)
}

func TestClaimSetThatTheSDJWTHasIsVerified(t *testing.T) {
	t.Parallel()
	country, expiry := openid4vp.At("issuing_country"), openid4vp.At("date_of_expiry")
	over := openid4vp.At("age_equal_or_over", "21")
	country.ID, expiry.ID, over.ID = "country", "expiry", "over"
	query := openid4vp.SDJWT("pid", []string{sdjwtvc.PIDType}, country, expiry, over)
	query.ClaimSets = [][]string{{"country", "over"}, {"country", "expiry"}}
	s := newScene(t, byRedirect, &openid4vp.Query{Credentials: []openid4vp.CredentialQuery{query}})
	require.Equal(t, []openid4vp.ClaimsQuery{country, expiry}, s.verified(t)[0].Claims)
}

func TestDocumentsOfAnnexCAnswerTheirQueries(t *testing.T) {
	t.Parallel()
	photo := openid4vp.Mdoc("photo", mdoc.DocTypePhotoID, openid4vp.Element(mdoc.NamespaceCommon, "age_over_21"))
	query := openid4vp.Query{Credentials: []openid4vp.CredentialQuery{photo, mdl("mdl"), pid("pid")}}
	s := newScene(t, byAnnexC, nil)
	o := s.options
	o.Query = query
	_, err := sanClient.NewRequest(o)
	require.ErrorIs(t, err, code(openid4vp.ProtocolUnfit), "an SD-JWT is needed")
	o.Query.CredentialSets = []openid4vp.CredentialSetQuery{{Options: [][]string{{"pid"}, {"photo", "mdl"}, {"mdl"}}}}
	s.request = newRequest(t, o)
	s.reads(t, s.request)
	verified := s.verified(t)
	require.Len(t, verified, 1)
	require.Equal(t, "mdl", verified[0].ID)

	document := mdoctest.NewMDL(mdocs)
	document.DocType = mdoc.DocTypePhotoID
	document.Items = map[string][]mdoctest.Item{mdoc.NamespaceCommon: {{Element: "age_over_21", Value: true}}}
	s.mdl = mdoctest.NewMDL(mdocs)
	s.mdl.BytesHook = func(encoded []byte) []byte {
		return both(t, encoded, document.Respond(transcriptOf(s.offer)))
	}
	verified = s.verified(t)
	require.Len(t, verified, 2)
	require.Equal(t, "photo", verified[0].ID)
	require.Equal(t, mdoc.DocTypePhotoID, verified[0].Mdoc.DocType)
	require.Equal(t, "mdl", verified[1].ID)

	o.Query.CredentialSets[0].Options = [][]string{{"pid"}, {"photo"}, {"mdl"}}
	s.request = newRequest(t, o)
	s.reads(t, s.request)
	verified = s.verified(t)
	require.Len(t, verified, 1, "the wallet could not know that one is enough")
	require.Equal(t, "photo", verified[0].ID)

	document.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof[0] ^= 1 }
	require.ErrorIs(t, s.play(t), ofMdoc(mdoc.DeviceSignature))
	document.DeviceSentHook, document.DocType = nil, "org.example.other"
	require.ErrorIs(t, s.play(t), ofMdoc(mdoc.DocumentUnrequested))
}

// A response that answers no option would verify without a claim.
func TestDocumentThatNoOptionNeedsIsRefusedOverAnnexC(t *testing.T) {
	t.Parallel()
	no := false
	s := newScene(t, byAnnexC, &openid4vp.Query{
		Credentials: []openid4vp.CredentialQuery{
			mdl("mdl"), openid4vp.Mdoc("photo", mdoc.DocTypePhotoID, openid4vp.Element(mdoc.NamespaceCommon, "age_over_21")),
		},
		CredentialSets: []openid4vp.CredentialSetQuery{{Options: [][]string{{"photo"}}, Required: &no}},
	})
	require.ErrorIs(t, s.play(t), code(openid4vp.CredentialMissing))
}

func transcriptOf(offer openid4vp.Offer) []byte {
	var data struct{ EncryptionInfo string }
	if err := json.Unmarshal(offer.Data, &data); err != nil {
		panic(err)
	}
	return mdoc.AnnexCTranscript(data.EncryptionInfo, origin)
}

// both returns a DeviceResponse with the documents of two.
func both(t *testing.T, a, b []byte) []byte {
	t.Helper()
	var responses [2]struct {
		Version   string            `cbor:"version"`
		Documents []cbor.RawMessage `cbor:"documents"`
		Status    int               `cbor:"status"`
	}
	require.NoError(t, cbor.Unmarshal(a, &responses[0]))
	require.NoError(t, cbor.Unmarshal(b, &responses[1]))
	responses[0].Documents = append(responses[0].Documents, responses[1].Documents...)
	return mdoctest.Encode(responses[0])
}

func TestValuesOfEachKindAreCompared(t *testing.T) {
	t.Parallel()
	ask := func(element string, values ...any) openid4vp.ClaimsQuery {
		claim := openid4vp.Element(mdoc.NamespaceMDL, element)
		claim.Values = values
		return claim
	}
	for _, c := range []struct {
		claim openid4vp.ClaimsQuery
		want  error
	}{
		{ask("family_name", "Mustermann"), nil},
		{ask("family_name", true), code(openid4vp.ClaimValue)},
		{ask("age_over_21", true), nil},
		{ask("age_over_21", "true"), code(openid4vp.ClaimValue)},
		{ask("birth_date", "1990-02-28"), nil},
		{ask("birth_date", "1990-02-27"), code(openid4vp.ClaimValue)},
		{ask("age_in_years", 36), nil},
		{ask("age_in_years", 35, 37), code(openid4vp.ClaimValue)},
		{ask("portrait", "any"), code(openid4vp.ClaimValue)},
	} {
		s := newScene(t, byRedirect, only("mdl", openid4vp.Mdoc("", mdoc.DocTypeMDL, c.claim)))
		s.adds("age_in_years", 36)
		require.ErrorIs(t, s.play(t), c.want, "%v", c.claim)
	}

	number := openid4vp.At("number")
	number.Values = openid4vp.Values{7}
	for value, want := range map[any]error{7: nil, 8: code(openid4vp.ClaimValue), 7.5: code(openid4vp.ClaimValue)} {
		s := newScene(t, byRedirect, only("pid", openid4vp.SDJWT("", []string{sdjwtvc.PIDType}, number)))
		s.pid = func(p *sdjwtvctest.Presentation) { p.Claims["number"] = value }
		require.ErrorIs(t, s.play(t), want)
	}
	nationality := openid4vp.At("nationalities", nil)
	nationality.Values = openid4vp.Values{"FR"}
	s := newScene(t, byRedirect, only("pid", openid4vp.SDJWT("", []string{sdjwtvc.PIDType}, nationality)))
	require.ErrorIs(t, s.play(t), code(openid4vp.ClaimValue))
}

func TestTransactionIsProvenByTheNamedCredential(t *testing.T) {
	t.Parallel()
	o := options(openid4vp.Query{Credentials: []openid4vp.CredentialQuery{mdl("mdl"), pid("pid"), pid("other")}})
	o.TransactionData = []openid4vp.TransactionObject{{
		Type: "payment", CredentialIDs: []string{"pid"}, Members: map[string]any{"amount": "10"},
	}}
	r := newRequest(t, o)
	s := &scene{options: o, request: r, origin: origin, verify: trust(), mdl: mdoctest.NewMDL(mdocs)}
	s.reads(t, r)
	require.Len(t, s.wallet.Transaction, 1)
	object, err := base64.RawURLEncoding.DecodeString(s.wallet.Transaction[0])
	require.NoError(t, err)
	require.JSONEq(t, `{"type": "payment", "credential_ids": ["pid"], "amount": "10"}`, string(object))
	sum := sha256.Sum256([]byte(s.wallet.Transaction[0]))
	hash := base64.RawURLEncoding.EncodeToString(sum[:])
	prove := func(id, hash, alg string) {
		s.token = func(tokens map[string][]string) {
			tokens[id] = []string{s.wallet.PID(pids, now, func(p *sdjwtvctest.Presentation) {
				p.Binding["transaction_data_hashes"] = []string{hash}
				if alg != "" {
					p.Binding["transaction_data_hashes_alg"] = alg
				}
			})}
		}
	}
	require.ErrorIs(t, s.play(t), code(openid4vp.TransactionUnproven))
	for _, alg := range []string{"", "sha-256"} {
		prove("pid", hash, alg)
		require.NoError(t, s.play(t))
	}
	for _, c := range [][3]string{{"other", hash, ""}, {"pid", hash, "sha-384"}, {"pid", "other", ""}} {
		prove(c[0], c[1], c[2])
		require.ErrorIs(t, s.play(t), code(openid4vp.TransactionUnproven))
	}
	prove("pid", hash, "")
	s.request.Transaction[0] = "AA"
	require.ErrorIs(t, s.play(t), code(openid4vp.RequestMalformed))
}

func TestFaultNamesTheCredentialQuery(t *testing.T) {
	t.Parallel()
	s := newScene(t, byRedirect, nil)
	s.mdl.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof[0] ^= 1 }
	require.EqualError(t, s.play(t), "openid4vp: credential mdl: mdoc: device_signature (9.1.3.6)")
	s = newScene(t, byRedirect, nil)
	s.pid = func(p *sdjwtvctest.Presentation) { p.Disclosures = nil }
	require.EqualError(t, s.play(t), "openid4vp: claim_missing pid (6.4.1)")
}

func TestMissingOptionOfVerificationIsNamed(t *testing.T) {
	t.Parallel()
	s := newScene(t, byRedirect, nil)
	p, err := s.open(t)
	require.NoError(t, err)
	for name, change := range map[string]func(*openid4vp.VerifyOptions){
		"Now":        func(o *openid4vp.VerifyOptions) { *o = openid4vp.VerifyOptions{} },
		"TrustMdoc":  func(o *openid4vp.VerifyOptions) { o.TrustMdoc = nil },
		"TrustSDJWT": func(o *openid4vp.VerifyOptions) { o.TrustSDJWT = nil },
	} {
		o := trust()
		change(&o)
		_, err := s.request.Verify(t.Context(), p, o)
		require.ErrorContains(t, err, name)
	}
}

// A presentation that was changed in the store must not panic.
func TestChangedPresentationIsRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []*openid4vp.Presentation{
		{}, {Transport: openid4vp.Redirect}, {Transport: openid4vp.AnnexC, Origin: origin},
		{Transport: openid4vp.DCAPI, Token: map[string][]string{"mdl": nil, "pid": {"a"}}},
	} {
		_, err := newScene(t, byAPI, nil).request.Verify(t.Context(), p, trust())
		require.Error(t, err)
	}
}
