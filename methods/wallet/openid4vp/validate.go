package openid4vp

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"unicode/utf8"
)

// The limits of a query. They bound the work of verification.
const (
	maxCredentials = 16
	maxClaims      = 128
	maxSets        = 16
	maxValues      = 64
	maxPath        = 16
	maxText        = 512
)

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// authorityTypes are the types of a Trusted Authorities Query (6.1.1).
var authorityTypes = []string{"aki", "etsi_tl", "openid_federation"}

// Validate checks the query (sections 6 and 7). A Fault names the Credential Query that it is about.
func (q *Query) Validate() error {
	if len(q.Credentials) == 0 {
		return fault(QueryEmpty)
	}
	if len(q.Credentials) > maxCredentials || len(q.CredentialSets) > maxSets {
		return fault(QueryTooLarge)
	}
	ids := make([]string, 0, len(q.Credentials))
	for i := range q.Credentials {
		c := &q.Credentials[i]
		if !identifier.MatchString(c.ID) {
			return fault(CredentialID)
		}
		if slices.Contains(ids, c.ID) {
			return faultOf(CredentialIDRepeated, c.ID)
		}
		ids = append(ids, c.ID)
		if err := c.validate(); err != nil {
			return err
		}
	}
	for _, set := range q.CredentialSets {
		if !listsOf(set.Options, ids) {
			return fault(CredentialSets)
		}
	}
	return nil
}

// listsOf reports whether lists is a non-empty array of non-empty arrays of names, each name once in an array.
func listsOf(lists [][]string, names []string) bool {
	if len(lists) == 0 || len(lists) > maxSets {
		return false
	}
	for _, list := range lists {
		if len(list) == 0 || repeats(list) {
			return false
		}
		if slices.ContainsFunc(list, func(name string) bool { return !slices.Contains(names, name) }) {
			return false
		}
	}
	return true
}

func repeats(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) != len(list)
}

func isText(text string) bool { return text != "" && len(text) <= maxText && utf8.ValidString(text) }

// isSmall reports whether a number is one that JSON readers agree on.
func isSmall(number int) bool { return number >= math.MinInt32 && number <= math.MaxInt32 }

func areTexts(list []string) bool {
	return len(list) > 0 && len(list) <= maxValues && !repeats(list) &&
		!slices.ContainsFunc(list, func(text string) bool { return !isText(text) })
}

func (c *CredentialQuery) validate() error {
	switch {
	case c.Format != FormatMdoc && c.Format != FormatSDJWT:
		return faultOf(FormatUnsupported, c.ID)
	case !c.Meta.fits(c.Format):
		return faultOf(MetaMalformed, c.ID)
	case len(c.Claims) == 0:
		return faultOf(ClaimsMissing, c.ID)
	case len(c.Claims) > maxClaims:
		return faultOf(QueryTooLarge, c.ID)
	}
	for _, authority := range c.TrustedAuthorities {
		if !slices.Contains(authorityTypes, authority.Type) || !areTexts(authority.Values) {
			return faultOf(TrustedAuthorities, c.ID)
		}
	}
	ids, err := c.validateClaims()
	if err != nil {
		return err
	}
	if c.ClaimSets != nil && !listsOf(c.ClaimSets, ids) {
		return faultOf(ClaimSets, c.ID)
	}
	return nil
}

func (m Meta) fits(format Format) bool {
	if format == FormatMdoc {
		return isText(m.DocType) && m.Types == nil
	}
	return m.DocType == "" && areTexts(m.Types)
}

// validateClaims returns the ids of the claims.
func (c *CredentialQuery) validateClaims() (ids []string, err error) {
	var paths []string
	for _, claim := range c.Claims {
		if !claim.Path.fits(c.Format) {
			return nil, faultOf(ClaimPath, c.ID)
		}
		path := fmt.Sprintf("%#v", claim.Path)
		if slices.Contains(paths, path) {
			return nil, faultOf(ClaimRepeated, c.ID)
		}
		paths = append(paths, path)
		if (claim.ID != "" || c.ClaimSets != nil) && (!identifier.MatchString(claim.ID) || slices.Contains(ids, claim.ID)) {
			return nil, faultOf(ClaimID, c.ID)
		}
		if claim.ID != "" {
			ids = append(ids, claim.ID)
		}
		if !claim.Values.valid() || claim.IntentToRetain != nil && c.Format != FormatMdoc {
			return nil, faultOf(ClaimValues, c.ID)
		}
	}
	return ids, nil
}

// fits reports whether the path is one into a credential of the format (7.1, 7.2). This package asks for whole claims
// that have a name, so a path begins with a text.
func (p Path) fits(format Format) bool {
	if len(p) == 0 || len(p) > maxPath || format == FormatMdoc && len(p) != 2 {
		return false
	}
	for i, part := range p {
		if text, is := part.(string); is {
			if !isText(text) {
				return false
			}
			continue
		}
		index, whole := part.(int)
		if i == 0 || format == FormatMdoc || part != nil && !whole || index < 0 || !isSmall(index) {
			return false
		}
	}
	return true
}

func (v Values) valid() bool {
	if v == nil {
		return true
	}
	if len(v) == 0 || len(v) > maxValues {
		return false
	}
	for _, value := range v {
		switch value := value.(type) {
		case string:
			if value != "" && !isText(value) {
				return false
			}
		case int:
			if !isSmall(value) {
				return false
			}
		case bool:
		default:
			return false
		}
	}
	return true
}
