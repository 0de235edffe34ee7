// Package contact brings the identifiers of a person into one canonical form, so that the same person is found again.
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
	// longestInput bounds the text that is normalised. A name in punycode is at most twice as long as the name itself.
	longestInput = 1024
)

// The errors of Email. Their messages repeat no part of the address.
var (
	ErrTooLong = errors.New("an e-mail address has at most 254 bytes, of which at most 64 stand before the @")
	ErrForm    = errors.New("an e-mail address is a plain one such as name@example.com")
	ErrLocal   = errors.New(
		"what stands before the @ has letters, digits and !#$%&'*+-/=?^_`{|}~, with single dots between them",
	)
	ErrDomain = errors.New("what stands behind the @ is a domain name")
	// ErrLookalike reports a character that normalisation would silently replace with an ASCII character.
	ErrLookalike = errors.New("the address has a character that only looks like one of ASCII")
)

// Email returns the canonical form of an address: NFC, the domain in ASCII as IDNA writes it, and the letters A to Z of
// both parts in lower case. Nothing else is folded, and surrounding spaces are dropped. The error is one of ErrTooLong,
// ErrForm, ErrLocal, ErrDomain and ErrLookalike.
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

// localPart checks that a local part consists of atoms with single dots between them, and folds its ASCII letters.
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

// inAtom reports whether RFC 5322, as extended by RFC 6531, allows a character in an atom. Unlike the RFC it refuses
// spaces and invisible characters.
func inAtom(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

// lowerASCII folds the letters A to Z, independent of the locale.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// anyBecomesASCII reports whether a normal form turns a non-ASCII character of the text into an ASCII one, as it turns
// the Kelvin sign into K.
func anyBecomesASCII(form norm.Form, text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		if r < utf8.RuneSelf {
			return false
		}
		return strings.ContainsFunc(form.String(string(r)), func(r rune) bool { return r < utf8.RuneSelf })
	})
}

// domains maps a domain name as browsers do, without the old mapping of ß to ss.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckHyphens(false),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// domainName returns a domain in ASCII. It refuses characters that IDNA would map to ASCII, such as full-width letters.
func domainName(text string) (string, error) {
	if anyBecomesASCII(norm.NFKC, text) {
		return "", ErrLookalike
	}
	// Older tables map the capital ẞ to ss; since Unicode 15.1 it maps to ß.
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
