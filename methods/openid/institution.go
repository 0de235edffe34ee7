package openid

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// Institution is one institution of a configuration file. Paths are relative to the file's folder.
type Institution struct {
	ID   string `yaml:"id"`   // such as example-bank
	Name string `yaml:"name"` // for users
	// Logo is the path of a PNG, JPEG or WebP of at most 64 KiB; "" means none.
	Logo string `yaml:"logo"`
	// Countries are ISO 3166-1 codes of the places in which it can be chosen; empty means all.
	Countries []rules.Jurisdiction `yaml:"countries"`
	Issuer    string               `yaml:"issuer"`
	ClientID  string               `yaml:"client_id"`
	// Profile is fapi2, the default, or oidc for institutions without pushed requests or with ID tokens in RS256.
	Profile string `yaml:"profile"`
	// Auth is how the client proves itself: private_key_jwt, the default, or tls_client_auth.
	Auth string `yaml:"auth"`
	// Key is the path of the private key, PEM or JWK: of the assertions, or of the certificate.
	Key   string `yaml:"key"`
	KeyID string `yaml:"key_id"`
	// Certificate is the path of the client's certificates in PEM, for tls_client_auth.
	Certificate string `yaml:"certificate"`
	// CA is the path of the authorities in PEM that the institution's server is checked against; "" means the system's.
	CA string `yaml:"ca"`
	// DPoP binds access tokens to a key that is made for each user. Fapi2 needs it with private_key_jwt.
	DPoP bool `yaml:"dpop"`
	// Scopes are asked for besides openid.
	Scopes []string `yaml:"scopes"`
	// ACRValues are the accepted levels of authentication; empty means any.
	ACRValues []string `yaml:"acr_values"`
	// ClaimsFrom is id_token, the default, or userinfo.
	ClaimsFrom string `yaml:"claims_from"`

	tls    *tls.Config
	signer jwk.Key // of client assertions; nil with tls_client_auth
	alg    jwa.SignatureAlgorithm
	logo   methods.Picture
}

// The values of fields of an Institution.
const (
	ProfileFAPI2   = "fapi2"
	ProfileOIDC    = "oidc"
	AuthPrivateKey = "private_key_jwt"
	AuthTLS        = "tls_client_auth"
	FromIDToken    = "id_token"
	FromUserinfo   = "userinfo"
)

var (
	idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
)

// configured is an institution of a file. Types that embed Institution check members of their own in Load.
type configured[T any] interface {
	*T
	Load(folder string) error
	identity() string
}

func (i *Institution) identity() string { return i.ID }

// LoadAll loads the institutions of a file in the folder. The error names the institution and the member.
func LoadAll[T any, P configured[T]](all []T, folder string) error {
	seen := map[string]bool{}
	for i := range all {
		one := P(&all[i])
		if err := one.Load(folder); err != nil {
			return fmt.Errorf("institutions[%d]: %w", i, err)
		}
		if seen[one.identity()] {
			return fmt.Errorf("institutions[%d]: id is that of another institution", i)
		}
		seen[one.identity()] = true
	}
	return nil
}

// Load checks the members and reads the files that they name. Its error names the member.
func (i *Institution) Load(folder string) error {
	i.Profile, i.Auth = or(i.Profile, ProfileFAPI2), or(i.Auth, AuthPrivateKey)
	i.ClaimsFrom = or(i.ClaimsFrom, FromIDToken)
	if err := i.checkTexts(); err != nil {
		return err
	}
	if err := i.checkChoices(); err != nil {
		return err
	}
	at := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(folder, path)
	}
	if err := i.loadKey(at); err != nil {
		return err
	}
	if i.Logo == "" {
		return nil
	}
	logo, err := readLogo(at(i.Logo))
	i.logo = logo
	return member("logo", err)
}

func (i *Institution) checkTexts() error {
	switch {
	case !idForm.MatchString(i.ID):
		return errors.New("id must be 1 to 64 of a-z, 0-9, - and _, such as example-bank")
	case i.Name == "" || len(i.Name) > 100:
		return errors.New("name must have 1 to 100 bytes")
	case i.ClientID == "":
		return errors.New("client_id is missing")
	case !isIssuer(i.Issuer):
		return errors.New("issuer must be an https URL without query and fragment, as the institution publishes it")
	}
	for _, country := range i.Countries {
		if read, known := rules.ParseJurisdiction(string(country)); !known || read != country.Country() {
			return errors.New("countries must be codes of ISO 3166-1, such as DE")
		}
	}
	return nil
}

func (i *Institution) checkChoices() error {
	for _, choice := range []struct {
		member, value string
		of            []string
	}{
		{"profile", i.Profile, []string{ProfileFAPI2, ProfileOIDC}},
		{"auth", i.Auth, []string{AuthPrivateKey, AuthTLS}},
		{"claims_from", i.ClaimsFrom, []string{FromIDToken, FromUserinfo}},
	} {
		if !slices.Contains(choice.of, choice.value) {
			return fmt.Errorf("%s must be %s or %s", choice.member, choice.of[0], choice.of[1])
		}
	}
	switch {
	case i.Key == "":
		return errors.New("key is missing: the path of the client's private key")
	case i.Auth == AuthTLS && i.Certificate == "":
		return errors.New("certificate is missing: tls_client_auth needs it")
	case i.Profile == ProfileFAPI2 && i.Auth == AuthPrivateKey && !i.DPoP:
		return errors.New("dpop must be true: fapi2 binds access tokens to a key or to a certificate")
	default:
		return nil
	}
}

// isIssuer takes http for the loopback addresses of this machine alone, where developers and tests run institutions.
func isIssuer(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return false
	}
	return isSafe(parsed)
}

func isSafe(u *url.URL) bool {
	if u.Scheme == "https" {
		return u.Host != ""
	}
	address, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && err == nil && address.IsLoopback()
}

func (i *Institution) loadKey(at func(string) string) error {
	i.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	if i.CA != "" {
		text, err := os.ReadFile(at(i.CA))
		if err != nil {
			return member("ca", err)
		}
		i.tls.RootCAs = x509.NewCertPool()
		if !i.tls.RootCAs.AppendCertsFromPEM(text) {
			return errors.New("ca has no certificate in PEM")
		}
	}
	if i.Auth == AuthTLS {
		pair, err := tls.LoadX509KeyPair(at(i.Certificate), at(i.Key))
		i.tls.Certificates = []tls.Certificate{pair}
		return member("certificate and key", err)
	}
	return member("key", i.loadSigner(at(i.Key)))
}

func (i *Institution) loadSigner(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	key, err := jwk.ParseKey(text)
	if err != nil {
		key, err = jwk.ParseKey(text, jwk.WithPEM(true))
	}
	if err != nil {
		return errors.New("is neither a JWK nor PEM") // the cause may quote the key
	}
	var raw crypto.PrivateKey
	if err := jwk.Export(key, &raw); err != nil {
		return errors.New("cannot be used")
	}
	switch private := raw.(type) {
	case *ecdsa.PrivateKey:
		if private.Curve != elliptic.P256() {
			return errors.New("must be of the curve P-256, or RSA")
		}
		i.alg = jwa.ES256()
	case *rsa.PrivateKey:
		if private.N.BitLen() < leastRSA {
			return fmt.Errorf("must have at least %d bits", leastRSA)
		}
		i.alg = jwa.PS256()
	default:
		return errors.New("must be a private key of the curve P-256, or RSA")
	}
	if i.KeyID != "" {
		err = key.Set(jwk.KeyIDKey, i.KeyID)
	}
	i.signer = key
	return err
}

// leastRSA is the least size of RSA keys in bits.
const leastRSA = 2048

// Choice is the institution as users choose it.
func (i *Institution) Choice() methods.Choice {
	return methods.Choice{Value: i.ID, Label: i.Name, Countries: i.Countries, Logo: i.logo}
}

// algorithms are those that ID tokens may be signed with.
func (i *Institution) algorithms() []string {
	if i.Profile == ProfileOIDC {
		return []string{"ES256", "PS256", "RS256"}
	}
	return []string{"ES256", "PS256"}
}

func member(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
