package models

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// asciiHost is a host name as in DNS, including the underscores of service names.
var asciiHost = regexp.MustCompile(
	`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$`,
)

// numericLabel matches a last label for which browsers read the host as an IPv4 address, in any base.
var numericLabel = regexp.MustCompile(`^([0-9]+|0x[0-9a-f]*)$`)

// longestHost is the length limit of DNS for a host name.
const longestHost = 253

// ParseWebURL reads an absolute http or https URL, and refuses one that cannot be requested. It is for URLs that are
// stored and requested later. Errors: CodeParameterInvalid, naming the parameter and the reason.
func ParseWebURL(param, text string) (*url.URL, error) {
	if strings.ContainsFunc(text, unprintable) {
		return nil, Invalid(param, "%s must not contain spaces or control characters, nor end with them", param)
	}
	if strings.Contains(text, `\`) {
		return nil, Invalid(param, `%s must not contain a backslash`, param)
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Opaque != "" {
		return nil, Invalid(param, "%s must be an absolute URL", param)
	}
	if parsed.Scheme != "https" && parsed.Scheme != "http" {
		return nil, Invalid(param, "%s must be an http or https URL", param)
	}
	if !validHost(parsed.Hostname()) {
		return nil, Invalid(param, "%s must name a valid host or IP address", param)
	}
	if neverResolves(parsed.Hostname()) {
		return nil, errNeverResolves(param)
	}
	return parsed, checkPort(param, parsed.Port())
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func validHost(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Zone() == ""
	}
	ascii, err := hostInASCII(host)
	if err != nil || len(ascii) > longestHost || !asciiHost.MatchString(ascii) {
		return false
	}
	name := strings.TrimSuffix(ascii, ".")
	return !numericLabel.MatchString(name[strings.LastIndex(name, ".")+1:])
}

// hostInASCII maps a host as HTTP clients do: an internationalized name becomes ASCII, or is invalid.
func hostInASCII(host string) (string, error) {
	if isASCII(host) { // the IDNA profile refuses the underscores of service names
		return strings.ToLower(host), nil
	}
	return idna.Lookup.ToASCII(host)
}

// neverResolves reports whether the host is below .invalid, which RFC 6761 reserves for names that exist nowhere. The
// other reserved names may resolve: .test and .local inside a network, .localhost on the machine, .example in trials.
func neverResolves(host string) bool {
	ascii, err := hostInASCII(host)
	name := strings.TrimSuffix(ascii, ".")
	return err == nil && (name == "invalid" || strings.HasSuffix(name, ".invalid"))
}

func errNeverResolves(param string) error {
	return Invalid(param, "%s must not name a host below .invalid, which exists nowhere", param)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// checkPort refuses a port at which no HTTP server can be reached; "" is the default port.
func checkPort(param, port string) error {
	if port == "" {
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return Invalid(param, "%s must have a port from 1 to 65535", param)
	}
	if slices.Contains(otherProtocols, uint16(number)) {
		return Invalid(param, "%s must not have the port %d, which is that of another protocol", param, number)
	}
	return nil
}

// otherProtocols are the ports that the Fetch standard blocks: a request would speak HTTP to a server of another
// protocol, such as mail.
var otherProtocols = []uint16{
	1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
	111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
	540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
	6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}
