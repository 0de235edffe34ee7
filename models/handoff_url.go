package models

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// longestHandoffURL is the length, in characters, up to which a phone can scan the QR code from a screen.
const longestHandoffURL = 512

// HandoffURL is the page that the link of a handoff opens: allowed by an organization, or named by a workflow.
type HandoffURL struct {
	Origin string // as browsers write it: lower case, without the default port
	Path   string // "" or "/…", unchanged
}

// handoffHost and handoffPath accept plain hosts and paths only. Browsers rewrite dot segments and escapes before they
// follow a link, which could lead outside of the allowed page.
var (
	handoffHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$`)
	handoffPath = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?$`)
)

// ParseHandoffURL reads a page's address. Errors: CodeParameterInvalid, naming the parameter.
func ParseHandoffURL(param, text string) (HandoffURL, error) {
	if len(text) > longestHandoffURL {
		return HandoffURL{}, Invalid(param, "%s must not be longer than %d characters", param, longestHandoffURL)
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return HandoffURL{}, Invalid(param, "%s must be an https URL", param)
	}
	if parsed.User != nil || strings.ContainsAny(text, "?#") {
		return HandoffURL{}, Invalid(param, "%s must have neither a user, a query nor a fragment", param)
	}
	origin, ok := originOf(parsed)
	if !ok {
		return HandoffURL{}, Invalid(param, "%s must name a host, in ASCII, or an IP address", param)
	}
	if neverResolves(parsed.Hostname()) {
		return HandoffURL{}, errNeverResolves(param)
	}
	page := parsed.EscapedPath()
	if !handoffPath.MatchString(page) || !isClean(page) {
		return HandoffURL{}, Invalid(param, "%s must have a plain path, without escapes and dot segments", param)
	}
	return HandoffURL{Origin: origin, Path: page}, nil
}

// ParseOrigin reads the origin of pages, such as https://shop.example. Errors: CodeParameterInvalid, naming the
// parameter.
func ParseOrigin(param, text string) (HandoffURL, error) {
	page, err := ParseHandoffURL(param, text)
	if err == nil && page.Tidy().Path != "" {
		err = Invalid(param, "%s must be an origin without a path, such as https://shop.example", param)
	}
	return page.Tidy(), err
}

// isClean reports whether every server reads the path unchanged. Java servers drop the part of a segment after a
// semicolon, so "..;" is a dot segment for them, and some Windows servers drop dots at the end of a segment.
func isClean(page string) bool {
	for segment := range strings.SplitSeq(page, "/") {
		name, _, _ := strings.Cut(segment, ";")
		if segment != "" && strings.Trim(name, ".") == "" || strings.HasSuffix(name, ".") {
			return false
		}
	}
	plain := strings.TrimSuffix(page, "/")
	return plain == "" || path.Clean(plain) == plain
}

// originOf returns an origin as browsers write it, and false for an invalid host.
func originOf(u *url.URL) (string, bool) {
	if strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", false // folding would turn the Kelvin sign into a k
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if address, err := netip.ParseAddr(host); err == nil && address.Is6() && address.Zone() == "" {
		host = "[" + address.String() + "]"
	} else if !handoffHost.MatchString(host) || err != nil && endsInNumber(host) {
		return "", false
	}
	if port == "" {
		return u.Scheme + "://" + host, true
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || checkPort("", port) != nil {
		return "", false
	}
	if own := map[string]uint64{"https": 443, "http": 80}; own[u.Scheme] == number {
		return u.Scheme + "://" + host, true
	}
	return u.Scheme + "://" + host + ":" + strconv.FormatUint(number, 10), true
}

// endsInNumber reports whether browsers read a host as an IPv4 address, such as 127.1 or 0x7f000001, and rewrite it.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hexadecimal, is := strings.CutPrefix(last, "0x"); is {
		return strings.Trim(hexadecimal, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// String returns the address.
func (u HandoffURL) String() string { return u.Origin + u.Path }

// Tidy returns the page without a slash at the end, which the comparison of pages ignores.
func (u HandoffURL) Tidy() HandoffURL {
	return HandoffURL{Origin: u.Origin, Path: strings.TrimSuffix(u.Path, "/")}
}

// Covers reports whether the page is u or lies under it, at exactly its origin.
func (u HandoffURL) Covers(page HandoffURL) bool {
	return u.Origin == page.Origin && strings.HasPrefix(page.Tidy().Path+"/", u.Tidy().Path+"/")
}

// SafeFor refuses a page without TLS. A sandbox organization may have one on the developer's own machine. Errors:
// CodeParameterInvalid, naming the parameter.
func (u HandoffURL) SafeFor(org Organization, param string) error {
	if strings.HasPrefix(u.Origin, "https://") || org.Sandbox && u.OnLoopback() {
		return nil
	}
	if org.Sandbox {
		return Invalid(param, "%s must be an https URL; http is for this machine alone, such as http://localhost:3000", param)
	}
	return Invalid(param, "%s must be an https URL", param)
}

// OnLoopback reports whether the page is one of the user's own machine.
func (u HandoffURL) OnLoopback() bool {
	parsed, err := url.Parse(u.Origin)
	if err != nil {
		return false
	}
	return parsed.Hostname() == "localhost" || net.ParseIP(parsed.Hostname()).IsLoopback()
}
