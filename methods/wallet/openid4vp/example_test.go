package openid4vp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
)

// A verifier asks a wallet for an age over the Digital Credentials API.
func Example() {
	// A verifier calls openid4vp.NewClient with its key and certificate.
	client := openid4vptest.NewClient(openid4vp.Hash, "", mdoctest.Now)
	request, err := client.NewRequest(openid4vp.RequestOptions{
		Query: openid4vp.Query{Credentials: []openid4vp.CredentialQuery{
			openid4vp.Mdoc("mdl", mdoc.DocTypeMDL, openid4vp.Element(mdoc.NamespaceMDL, "age_over_21")),
		}},
		Protocols: []openid4vp.Protocol{openid4vp.Signed},
		Origins:   []string{"https://verify.example.com"},
	})
	if err != nil {
		panic(err)
	}
	stored, _ := json.Marshal(request) // to be encrypted
	offers, err := client.Offers(request)
	if err != nil {
		panic(err)
	}

	// The page calls navigator.credentials.get({digital: {requests: offers}}), and a wallet answers.
	wallet := openid4vptest.ReadOffer(offers[0], "https://verify.example.com")
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	data := wallet.Data(wallet.Token(map[string][]string{"mdl": {wallet.Mdoc(document)}}))

	var again openid4vp.Request
	if err := json.Unmarshal(stored, &again); err != nil {
		panic(err)
	}
	presentation, err := again.OpenDCAPI(openid4vp.Signed, data, "https://verify.example.com")
	if err != nil {
		panic(err)
	}
	verified, err := again.Verify(context.Background(), presentation, openid4vp.VerifyOptions{
		Now: mdoctest.Now, Skew: time.Minute,
		TrustMdoc: func(mdoc.Issuer) error { return nil }, // for example with package trust
	})
	if err != nil {
		panic(err)
	}
	over, known, err := verified[0].Mdoc.Person().AgeOver(21)
	fmt.Println(verified[0].ID, over, known, err)
	// Output: mdl true true <nil>
}
