package carrier

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/stile-id/stile/methods/settings"
	"github.com/stile-id/stile/rules/contact"
)

// Variable is the environment variable that names the file.
const Variable = "STILE_CARRIERS_FILE"

// Flow is a way in which a carrier lets its customer prove possession of a number.
type Flow string

// The flows. docs/methods/carrier-lookup.md describes each.
const (
	// FlowNumberVerification is Number Verification over the mobile network, and then the age of the entered number.
	FlowNumberVerification Flow = "number_verification"
	// FlowNetwork is the age of the line over which the phone is connected.
	FlowNetwork Flow = "network"
	// FlowConsent is the customer's consent on the phone of the number (OpenID CIBA).
	FlowConsent Flow = "consent"
)

// Settings are the operator's file.
type Settings struct {
	Carriers []Carrier `yaml:"carriers"`
}

// Carrier is a mobile operator, or an aggregator of several.
type Carrier struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Country  string   `yaml:"country"`
	Prefixes []string `yaml:"prefixes"` // such as +49151
	Issuer   string   `yaml:"issuer"`
	ClientID string   `yaml:"client_id"`
	// Key is the path of the private key of private_key_jwt, PEM or JWK, relative to the file.
	Key   string `yaml:"key"`
	KeyID string `yaml:"key_id"`
	// Purpose is the agreed purpose, such as dpv:AgeVerification.
	Purpose string `yaml:"purpose"`
	// Flows are the agreed ones, the preferred first.
	Flows []Flow `yaml:"flows"`
	// AsksOnDevice states that the carrier asks on the phone of the number before each answer. FlowConsent needs it:
	// CIBA alone lets a carrier answer without asking anyone.
	AsksOnDevice bool `yaml:"asks_on_device"`
	// AgeVerification and NumberVerification are the base URLs of the interfaces, with the version.
	AgeVerification    string `yaml:"age_verification"`
	NumberVerification string `yaml:"number_verification"`
	// Match is the base URL of KYC Match; "" if names are not compared.
	Match string `yaml:"match"`

	signer jwk.Key
	alg    jwa.SignatureAlgorithm
}

// has reports whether the carrier has agreed to a flow.
func (c Carrier) has(f Flow) bool { return slices.Contains(c.Flows, f) }

// ReadSettings reads the operator's file; an empty path means no carriers. Its error names the file and the member.
func ReadSettings(path string) (s Settings, err error) {
	if path == "" {
		return s, nil
	}
	if err := settings.Read(Variable, path, &s); err != nil {
		return s, err
	}
	if len(s.Carriers) == 0 {
		return s, fmt.Errorf("%s: %s: carriers is missing", Variable, path)
	}
	for i := range s.Carriers {
		if err := s.Carriers[i].load(filepath.Dir(path)); err != nil {
			return s, fmt.Errorf("%s: %s: carriers[%d].%w", Variable, path, i, err)
		}
		for _, other := range s.Carriers[:i] {
			if err := s.Carriers[i].apartFrom(other); err != nil {
				return s, fmt.Errorf("%s: %s: carriers[%d].%w", Variable, path, i, err)
			}
		}
	}
	return s, nil
}

func (c Carrier) apartFrom(other Carrier) error {
	if c.ID == other.ID {
		return errors.New("id is that of another carrier")
	}
	if slices.ContainsFunc(c.Prefixes, func(p string) bool { return slices.Contains(other.Prefixes, p) }) {
		return errors.New("prefixes has one of another carrier")
	}
	return nil
}

var (
	idForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	prefixForm = regexp.MustCompile(`^\+[1-9][0-9]{0,13}$`)
	purposeDPV = regexp.MustCompile(`^dpv:[A-Za-z]+$`)
)

// load checks the members and reads the key. Its error begins with the name of the member.
func (c *Carrier) load(folder string) error {
	for _, check := range []func() error{c.checkTexts, c.checkNumbers, c.checkFlows, c.checkURLs} {
		if err := check(); err != nil {
			return err
		}
	}
	path := c.Key
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	return c.readKey(text)
}

func (c *Carrier) readKey(text []byte) (err error) {
	isJWK := strings.HasPrefix(strings.TrimSpace(string(text)), "{")
	if c.signer, err = jwk.ParseKey(text, jwk.WithPEM(!isJWK)); err != nil {
		return errors.New("key: it must be a private key, PEM or JWK")
	}
	if private, err := jwk.IsPrivateKey(c.signer); err != nil || !private {
		return errors.New("key: it must be a private key")
	}
	switch c.signer.KeyType() {
	case jwa.EC():
		c.alg = jwa.ES256()
	case jwa.RSA():
		c.alg = jwa.PS256()
	default:
		return errors.New("key: it must be of P-256 or RSA")
	}
	if c.KeyID != "" {
		return c.signer.Set(jwk.KeyIDKey, c.KeyID)
	}
	return nil
}

func (c *Carrier) checkTexts() error {
	switch {
	case !idForm.MatchString(c.ID):
		return errors.New("id must be 1 to 64 of a-z, 0-9, - and _, such as example-mobile")
	case c.Name == "" || len(c.Name) > 100:
		return errors.New("name must have 1 to 100 bytes")
	case c.ClientID == "":
		return errors.New("client_id is missing")
	case c.Key == "":
		return errors.New("key is missing")
	case !purposeDPV.MatchString(c.Purpose):
		return errors.New("purpose must be the agreed one, such as dpv:AgeVerification")
	}
	return nil
}

func (c *Carrier) checkNumbers() error {
	code := contact.CallingCode(c.Country)
	if code == 0 {
		return errors.New("country must be an ISO 3166-1 code such as DE")
	}
	if len(c.Prefixes) == 0 {
		return errors.New("prefixes is missing")
	}
	for i, prefix := range c.Prefixes {
		if !prefixForm.MatchString(prefix) || !strings.HasPrefix(prefix, "+"+strconv.Itoa(code)) {
			return fmt.Errorf("prefixes[%d] must begin with +%d, the code of the country", i, code)
		}
	}
	return nil
}

func (c *Carrier) checkFlows() error {
	if len(c.Flows) == 0 {
		return errors.New("flows is missing: without one nobody proves possession of the number")
	}
	for i, flow := range c.Flows {
		switch flow {
		case FlowNumberVerification, FlowNetwork:
		case FlowConsent:
			if !c.AsksOnDevice {
				return fmt.Errorf("flows[%d] needs asks_on_device: true, "+
					"because consent without a question on the phone proves no possession", i)
			}
		default:
			return fmt.Errorf("flows[%d] must be number_verification, network or consent", i)
		}
	}
	return nil
}

func (c *Carrier) checkURLs() error {
	urls := map[string]string{"issuer": c.Issuer, "age_verification": c.AgeVerification}
	if c.has(FlowNumberVerification) || c.NumberVerification != "" {
		urls["number_verification"] = c.NumberVerification
	}
	if c.Match != "" {
		urls["match"] = c.Match
	}
	for _, name := range []string{"issuer", "age_verification", "number_verification", "match"} {
		if text, needed := urls[name]; needed && !isSafe(text) {
			return fmt.Errorf("%s must be a URL with https, without a query", name)
		}
	}
	c.AgeVerification = strings.TrimSuffix(c.AgeVerification, "/")
	c.NumberVerification = strings.TrimSuffix(c.NumberVerification, "/")
	c.Match = strings.TrimSuffix(c.Match, "/")
	return nil
}

// isSafe reports whether a URL has https. Plain HTTP is for loopback addresses, on which tests run.
func isSafe(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return false
	}
	address, err := netip.ParseAddr(parsed.Hostname())
	return parsed.Scheme == "https" || parsed.Scheme == "http" && err == nil && address.IsLoopback()
}

// serving returns the carrier with the longest prefix of a number.
func (s Settings) serving(phone string) (best Carrier, found bool) {
	longest := ""
	for _, c := range s.Carriers {
		for _, prefix := range c.Prefixes {
			if strings.HasPrefix(phone, prefix) && len(prefix) > len(longest) {
				best, found, longest = c, true, prefix
			}
		}
	}
	return best, found
}
