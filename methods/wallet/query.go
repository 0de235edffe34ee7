package wallet

import (
	"fmt"
	"strconv"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
)

// query asks for one of the credentials that the method accepts.
func (w *wallet) query(a methods.Attempt) openid4vp.Query {
	var all []openid4vp.CredentialQuery
	for i, document := range w.options.Issuers.Documents(w.name) {
		proof := document.DocType == mdoc.DocTypeAV
		if proof && (a.Type == methods.TypeIdentity || !a.Options.TakesProofOfAge()) {
			continue
		}
		all = append(all, asked(a, openid4vp.Mdoc(fmt.Sprintf("mdoc_%d", i), document.DocType), fieldsOf(document)))
	}
	if types := w.options.Issuers.Types(w.name); len(types) > 0 {
		all = append(all, asked(a, openid4vp.SDJWT("sd_jwt", types), sdjwtFields))
	}
	query := openid4vp.Query{Credentials: all}
	if len(all) > 1 {
		var set openid4vp.CredentialSetQuery
		for _, one := range all {
			set.Options = append(set.Options, []string{one.ID})
		}
		query.CredentialSets = []openid4vp.CredentialSetQuery{set}
	}
	return query
}

// fields are the paths of claims in a type of credential.
type fields struct {
	age func(years int) openid4vp.Path
	// identity are the claims of the document in an identity session, and number the one of its number.
	identity []openid4vp.Path
	number   openid4vp.Path
}

// fieldsOf returns the elements of a document type. Names are those of ISO/IEC 18013-5, ISO/IEC 23220-2 and the PID
// Rulebook.
func fieldsOf(d issuers.Document) fields {
	namespace, family, given, authority := d.Namespace, "family_name", "given_name", "issuing_authority"
	if d.DocType == mdoc.DocTypePhotoID {
		namespace = mdoc.NamespaceCommon
		family, given, authority = "family_name_unicode", "given_name_unicode", "issuing_authority_unicode"
	}
	f := fields{
		age:    func(years int) openid4vp.Path { return openid4vp.Path{namespace, fmt.Sprintf("age_over_%02d", years)} },
		number: openid4vp.Path{namespace, "document_number"},
	}
	for _, name := range []string{family, given, "birth_date", "expiry_date", "issuing_country", authority} {
		f.identity = append(f.identity, openid4vp.Path{namespace, name})
	}
	return f
}

// sdjwtFields are the claims of a PID in SD-JWT VC.
var sdjwtFields = fields{
	age: func(years int) openid4vp.Path { return openid4vp.Path{"age_equal_or_over", strconv.Itoa(years)} },
	identity: []openid4vp.Path{
		{"family_name"}, {"given_name"}, {"birthdate"}, {"date_of_expiry"}, {"issuing_country"}, {"issuing_authority"},
	},
	number: openid4vp.Path{"document_number"},
}

// asked returns the query for the claims that the session needs, and no others: an attribute of the age for an age, and
// the fields of the document for an identity.
func asked(a methods.Attempt, c openid4vp.CredentialQuery, f fields) openid4vp.CredentialQuery {
	if a.Type == methods.TypeIdentity {
		return identityOf(c, f)
	}
	for _, years := range agesFor(a.Tier.Years()) {
		id := fmt.Sprintf("age_%d", years)
		c.Claims = append(c.Claims, openid4vp.ClaimsQuery{ID: id, Path: f.age(years)})
		c.ClaimSets = append(c.ClaimSets, []string{id})
	}
	return c
}

// identityOf asks for the fields of the document, with its number if it has one.
func identityOf(c openid4vp.CredentialQuery, f fields) openid4vp.CredentialQuery {
	var rest []string
	for _, path := range f.identity {
		id, _ := path[len(path)-1].(string)
		rest = append(rest, id)
		c.Claims = append(c.Claims, openid4vp.ClaimsQuery{ID: id, Path: path})
	}
	const number = "document_number"
	c.Claims = append(c.Claims, openid4vp.ClaimsQuery{ID: number, Path: f.number})
	c.ClaimSets = [][]string{append([]string{number}, rest...), rest}
	return c
}

// commonAges are the ages that most issuers attest.
var commonAges = []int{18, 21}

// agesFor returns the ages of which one attribute is asked for: the needed one, or else the next higher one that most
// issuers attest, which proves it as well.
func agesFor(years int) []int {
	for _, common := range commonAges {
		if common > years {
			return []int{years, common}
		}
	}
	return []int{years}
}
