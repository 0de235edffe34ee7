package sdjwtvc

import (
	"crypto"
	"slices"
)

// plain are the claims that an issuer may not make selectively disclosable (SD-JWT VC, 2.2.2.3).
var plain = []string{"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}

// disclosure is one disclosed claim or array element.
type disclosure struct {
	name    string
	value   any
	element bool // of an array, so it has no name
	used    bool
}

// disclose puts the disclosures into the claims and removes the digests (RFC 9901, 7.1, steps 3 to 5). It changes
// claims.
func disclose(claims map[string]any, texts []string, by crypto.Hash) error {
	for _, name := range plain {
		if hasDigest(claims[name]) {
			return fault(ClaimNotPlain)
		}
	}
	delete(claims, "_sd_alg")
	u := unpacking{of: make(map[string]*disclosure, len(texts)), met: map[string]struct{}{}}
	for _, text := range texts {
		read, err := readDisclosure(text)
		if err != nil {
			return err
		}
		key := digest(by, text)
		if u.of[key] != nil {
			return fault(DisclosureRepeated)
		}
		u.of[key] = read
	}
	if err := u.object(claims, 0); err != nil {
		return err
	}
	for _, one := range u.of {
		if !one.used {
			return fault(DisclosureUnreferenced)
		}
	}
	return nil
}

func readDisclosure(text string) (*disclosure, error) {
	decoded, err := encoding.DecodeString(text)
	if err != nil {
		return nil, fault(DisclosureMalformed)
	}
	value, err := readJSON(decoded)
	if err != nil {
		return nil, orTooDeep(err, DisclosureMalformed)
	}
	parts, _ := value.([]any)
	if len(parts) != 2 && len(parts) != 3 {
		return nil, fault(DisclosureMalformed)
	}
	if _, ok := parts[0].(string); !ok { // the salt
		return nil, fault(DisclosureMalformed)
	}
	if len(parts) == 2 {
		return &disclosure{value: parts[1], element: true}, nil
	}
	name, ok := parts[1].(string)
	if !ok {
		return nil, fault(DisclosureMalformed)
	}
	return &disclosure{name: name, value: parts[2]}, nil
}

// hasDigest reports whether a value has a digest anywhere.
func hasDigest(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if name == "_sd" || name == "..." || hasDigest(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(value, hasDigest)
	}
	return false
}

// unpacking replaces digests by the values of their disclosures.
type unpacking struct {
	of  map[string]*disclosure // by digest
	met map[string]struct{}    // the digests so far
}

// take returns the disclosure of a digest. It is nil for a decoy, and for a claim that the holder keeps back.
func (u *unpacking) take(digest any, element bool) (*disclosure, error) {
	text, ok := digest.(string)
	if !ok {
		return nil, fault(DigestMalformed)
	}
	if _, again := u.met[text]; again {
		return nil, fault(DigestRepeated)
	}
	u.met[text] = struct{}{}
	found := u.of[text]
	if found == nil {
		return nil, nil //nolint:nilnil // the digest stands for nothing here
	}
	if found.element != element {
		return nil, fault(DisclosureForm)
	}
	found.used = true
	return found, nil
}

func (u *unpacking) value(value any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fault(TooDeep)
	}
	switch value := value.(type) {
	case map[string]any:
		return value, u.object(value, depth)
	case []any:
		return u.array(value, depth)
	default:
		return value, nil
	}
}

func (u *unpacking) object(object map[string]any, depth int) (err error) {
	if _, is := object["..."]; is { // array looks at those that may be
		return fault(DigestMalformed)
	}
	digests, present := object["_sd"]
	list, ok := digests.([]any)
	if present && !ok {
		return fault(DigestMalformed)
	}
	delete(object, "_sd")
	for _, digest := range list {
		if err := u.insert(object, digest, depth); err != nil {
			return err
		}
	}
	for name, value := range object {
		if object[name], err = u.value(value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// insert adds the claim of a digest to an object, unpacked later with the object's other members.
func (u *unpacking) insert(object map[string]any, digest any, depth int) error {
	found, err := u.take(digest, false)
	if err != nil || found == nil {
		return err
	}
	if found.name == "_sd" || found.name == "..." || depth == 0 && found.name == "_sd_alg" {
		return fault(ClaimReserved)
	}
	if depth == 0 && slices.Contains(plain, found.name) {
		return fault(ClaimNotPlain)
	}
	if _, exists := object[found.name]; exists {
		return fault(ClaimExists)
	}
	object[found.name] = found.value
	return nil
}

func (u *unpacking) array(array []any, depth int) (any, error) {
	left := array[:0]
	for _, value := range array {
		if object, ok := value.(map[string]any); ok {
			if digest, is := object["..."]; is {
				if len(object) != 1 {
					return nil, fault(DigestMalformed)
				}
				found, err := u.take(digest, true)
				if err != nil {
					return nil, err
				}
				if found == nil {
					continue
				}
				value = found.value
			}
		}
		unpacked, err := u.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		left = append(left, unpacked)
	}
	return left, nil
}
