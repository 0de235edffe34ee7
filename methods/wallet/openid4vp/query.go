package openid4vp

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// Format is a Credential Format Identifier (Annex B).
type Format string

// The formats that this package verifies.
const (
	FormatMdoc  Format = "mso_mdoc"
	FormatSDJWT Format = "dc+sd-jwt"
)

// Query is a DCQL query (section 6). NewRequest validates it.
type Query struct {
	Credentials    []CredentialQuery    `json:"credentials"`
	CredentialSets []CredentialSetQuery `json:"credential_sets,omitempty"`
}

// CredentialQuery asks for a credential (6.1): Mdoc and SDJWT make one. The proof of the holder's key is always
// required.
type CredentialQuery struct {
	ID       string `json:"id"`
	Format   Format `json:"format"`
	Multiple bool   `json:"multiple,omitempty"`
	Meta     Meta   `json:"meta"`
	// TrustedAuthorities help the wallet to choose. The caller's trust decides at verification.
	TrustedAuthorities []AuthoritiesQuery `json:"trusted_authorities,omitempty"`
	// Claims holds the claims that are asked for. At least one is needed: a presentation without claims proves nothing.
	Claims []ClaimsQuery `json:"claims"`
	// ClaimSets holds alternatives as lists of ClaimsQuery.ID, the preferred one first. Nil asks for all claims.
	ClaimSets [][]string `json:"claim_sets,omitempty"`
}

// Meta says which type of credential is asked for: DocType with FormatMdoc (B.2.3), Types with FormatSDJWT (B.3.5).
type Meta struct {
	DocType string   `json:"doctype_value,omitempty"`
	Types   []string `json:"vct_values,omitempty"`
}

// AuthoritiesQuery names issuers (6.1.1). Type is "aki", "etsi_tl" or "openid_federation".
type AuthoritiesQuery struct {
	Type   string   `json:"type"`
	Values []string `json:"values"`
}

// CredentialSetQuery asks for one of several sets of credentials (6.2). Options holds lists of CredentialQuery.ID, of
// which one must be answered as a whole, unless Required points to false.
type CredentialSetQuery struct {
	Options  [][]string `json:"options"`
	Required *bool      `json:"required,omitempty"`
}

func (s *CredentialSetQuery) required() bool { return s.Required == nil || *s.Required }

// ClaimsQuery asks for a claim (6.3): Element and At make one.
type ClaimsQuery struct {
	ID   string `json:"id,omitempty"`
	Path Path   `json:"path"`
	// Values holds the accepted values: texts, integers (int) and booleans. Verify checks them, because a wallet need not.
	Values Values `json:"values,omitempty"`
	// IntentToRetain tells the holder of an mdoc whether the verifier keeps the element (B.2.4); nil says nothing.
	IntentToRetain *bool `json:"intent_to_retain,omitempty"`
}

// Path is a claims path pointer (section 7): texts, non-negative integers (int) and nil, which stands for all elements
// of an array. A path into an mdoc is a namespace and an element identifier.
type Path []any

// Values are the accepted values of a claim: texts, integers (int) and booleans.
type Values []any

// Mdoc returns the query for an mdoc.
func Mdoc(id, docType string, claims ...ClaimsQuery) CredentialQuery {
	return CredentialQuery{ID: id, Format: FormatMdoc, Meta: Meta{DocType: docType}, Claims: claims}
}

// SDJWT returns the query for an SD-JWT VC of one of the types (vct).
func SDJWT(id string, types []string, claims ...ClaimsQuery) CredentialQuery {
	return CredentialQuery{ID: id, Format: FormatSDJWT, Meta: Meta{Types: types}, Claims: claims}
}

// Element returns the query for an element of an mdoc.
func Element(namespace, identifier string) ClaimsQuery {
	return ClaimsQuery{Path: Path{namespace, identifier}}
}

// At returns the query for the claim at a path of an SD-JWT VC.
func At(path ...any) ClaimsQuery { return ClaimsQuery{Path: path} }

// UnmarshalJSON reads texts, integers and null.
func (p *Path) UnmarshalJSON(text []byte) error {
	values, err := readScalars(text)
	if err != nil {
		return err
	}
	*p = values
	return nil
}

// UnmarshalJSON reads texts, integers and booleans.
func (v *Values) UnmarshalJSON(text []byte) error {
	values, err := readScalars(text)
	if err != nil {
		return err
	}
	*v = values
	return nil
}

// readScalars reads an array of JSON, with integers as int.
func readScalars(text []byte) ([]any, error) {
	from := json.NewDecoder(bytes.NewReader(text))
	from.UseNumber()
	var values []any
	if err := from.Decode(&values); err != nil {
		return nil, err
	}
	for i, value := range values {
		number, ok := value.(json.Number)
		if !ok {
			continue
		}
		whole, err := strconv.Atoi(number.String())
		if err != nil || !isSmall(whole) {
			return nil, errors.New("openid4vp: a number is no small integer")
		}
		values[i] = whole
	}
	return values, nil
}

// credential returns the Credential Query with an id, or nil.
func (q *Query) credential(id string) *CredentialQuery {
	for i := range q.Credentials {
		if q.Credentials[i].ID == id {
			return &q.Credentials[i]
		}
	}
	return nil
}

// answeredBy reports whether the credentials with these ids answer the query (6.4.2).
func (q *Query) answeredBy(ids []string) bool {
	has := func(id string) bool { return slices.Contains(ids, id) }
	if len(q.CredentialSets) == 0 {
		return !slices.ContainsFunc(q.Credentials, func(c CredentialQuery) bool { return !has(c.ID) })
	}
	for _, set := range q.CredentialSets {
		if set.required() && set.option(ids) == nil {
			return false
		}
	}
	return true
}

// option returns the first option that the credentials with these ids satisfy, or nil.
func (s *CredentialSetQuery) option(ids []string) []string {
	for _, option := range s.Options {
		if !slices.ContainsFunc(option, func(id string) bool { return !slices.Contains(ids, id) }) {
			return option
		}
	}
	return nil
}

// preferred returns those of the ids that the first options of the credential sets need; all without credential sets.
func (q *Query) preferred(ids []string) (needed []string) {
	if len(q.CredentialSets) == 0 {
		return ids
	}
	for i := range q.CredentialSets {
		needed = append(needed, q.CredentialSets[i].option(ids)...)
	}
	return needed
}

// AnsweredByMdocs reports whether mdocs alone can answer the query, each of a document type of its own. Only then can
// it be asked with the protocol org-iso-mdoc.
func (q *Query) AnsweredByMdocs() bool {
	var ids, types []string
	for _, c := range q.Credentials {
		if c.Format != FormatMdoc {
			continue
		}
		if slices.Contains(types, c.Meta.DocType) || c.Multiple {
			return false
		}
		ids, types = append(ids, c.ID), append(types, c.Meta.DocType)
	}
	return len(ids) > 0 && q.answeredBy(ids)
}

// sets returns the alternatives of claims, the preferred one first.
func (c *CredentialQuery) sets() [][]ClaimsQuery {
	if len(c.ClaimSets) == 0 {
		return [][]ClaimsQuery{c.Claims}
	}
	sets := make([][]ClaimsQuery, len(c.ClaimSets))
	for i, ids := range c.ClaimSets {
		for _, claim := range c.Claims {
			if slices.Contains(ids, claim.ID) {
				sets[i] = append(sets[i], claim)
			}
		}
	}
	return sets
}
