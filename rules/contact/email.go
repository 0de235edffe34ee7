// Package contact gives the identifiers of a person one form each, so that the same person is found again.
package contact

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The lengths that RFC 5321 allows, in bytes.
const (
	longestEmail = 254
	longestLocal = 64
	// longestInput bounds what is normalised at all: punycode is never longer than twice what it stands for.
	longestInput = 1024
)

// What is wrong with an address. The messages repeat nothing of it.
var (
	ErrTooLong = errors.New("an e-mail address has at most 254 bytes, of which at most 64 stand before the @")
	ErrForm    = errors.New("an e-mail address is a plain one such as name@example.com")
	ErrLocal   = errors.New("what stands before the @ has letters, digits and !#$%&'*+-/=?^_`{|}~, with single dots between them")
	ErrDomain  = errors.New("what stands behind the @ is a domain name")
	// ErrLookalike is for a character that would turn into another one of ASCII without the user seeing it.
	ErrLookalike = errors.New("the address has a character that only looks like one of ASCII")
)

// Email gives an address its one form: NFC, the domain as IDNA writes it in ASCII, and the letters A to Z of either
// part in lower case. Nothing else is folded. Surrounding spaces are dropped. An error is one of this package.
func Email(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > longestInput {
		return "", ErrTooLong
	}
	at := strings.LastIndexByte(text, '@')
	if at < 0 || !utf8.ValidString(text) {
		return "", ErrForm
	}
	local, err := localPart(text[:at])
	if err != nil {
		return "", err
	}
	domain, err := domainName(text[at+1:])
	if err != nil {
		return "", err
	}
	if len(local) > longestLocal || len(local)+1+len(domain) > longestEmail {
		return "", ErrTooLong
	}
	return local + "@" + domain, nil
}

// localPart checks that a local part is made of atoms with single dots between them, and folds its ASCII letters.
func localPart(text string) (string, error) {
	if anyBecomesASCII(norm.NFC, text) {
		return "", ErrLookalike
	}
	text = lowerASCII(norm.NFC.String(text))
	for _, atom := range strings.Split(text, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !inAtom(r) }) {
			return "", ErrLocal
		}
	}
	return text, nil
}

// inAtom reports whether RFC 5322, as RFC 6531 extends it, allows a character in an atom. Spaces and characters that
// cannot be seen are left out.
func inAtom(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

// lowerASCII folds the letters A to Z, whatever the locale.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// anyBecomesASCII reports whether a character that is not of ASCII turns into one in a normal form, as the Kelvin sign
// turns into K.
func anyBecomesASCII(form norm.Form, text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		if r < utf8.RuneSelf {
			return false
		}
		return strings.ContainsFunc(form.String(string(r)), func(r rune) bool { return r < utf8.RuneSelf })
	})
}

// domains maps a name as browsers do, without the old mapping of ß to ss.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckHyphens(false),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// domainName writes a domain in ASCII. What IDNA would map to ASCII, such as full-width letters, is refused.
func domainName(text string) (string, error) {
	if anyBecomesASCII(norm.NFKC, text) {
		return "", ErrLookalike
	}
	// Older tables map the capital ẞ to ss; since Unicode 15.1 it is ß, as it reads.
	text = strings.ReplaceAll(norm.NFC.String(text), "ẞ", "ß")
	ascii, err := domains.ToASCII(text)
	if err != nil {
		return "", ErrDomain
	}
	labels := strings.Split(ascii, ".")
	for _, label := range labels {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", ErrDomain
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" { // an IP address without brackets
		return "", ErrDomain
	}
	return ascii, nil
}
