package wallet

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/wallet/openid4vp"
)

// The environment variables of the verifier.
const (
	VariableKey         = "STILE_VERIFIER_KEY_FILE"
	VariableCertificate = "STILE_VERIFIER_CERTIFICATE_FILE"
	VariableScheme      = "STILE_VERIFIER_CLIENT_ID_SCHEME"
	VariableLink        = "STILE_WALLET_LINK"
)

// VerifierSettings are the values of the environment variables.
type VerifierSettings struct {
	KeyFile         string
	CertificateFile string
	// Scheme is x509_san_dns or x509_hash.
	Scheme string
	// Link is the scheme of the links that open a wallet, such as openid4vp.
	Link string
	// Plain asks for responses without encryption.
	Plain bool
	// APIURL is the address of the API, to which wallets send their responses.
	APIURL string
	// Now is time.Now if nil.
	Now func() time.Time
}

// Verifier is Stile as wallets see it. It is safe for concurrent use.
type Verifier struct {
	client  *openid4vp.Client
	expires time.Time
	link    string
	plain   bool
	now     func() time.Time
}

var linkScheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]{0,63}$`)

// ReadVerifier reads the files of the settings. It returns nil without files. Its error names the variable.
func ReadVerifier(s VerifierSettings) (*Verifier, error) {
	if (s.KeyFile == "") != (s.CertificateFile == "") {
		return nil, fmt.Errorf("%s and %s must be set together", VariableKey, VariableCertificate)
	}
	if s.KeyFile == "" {
		return nil, nil
	}
	if !linkScheme.MatchString(s.Link) || strings.HasPrefix(s.Link, "http") || s.Link == "javascript" {
		return nil, fmt.Errorf("%s must be the scheme of links to wallets, such as openid4vp, not %q", VariableLink, s.Link)
	}
	key, chain, err := readPair(s.CertificateFile, s.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", VariableCertificate, VariableKey, err)
	}
	address, err := url.Parse(s.APIURL)
	if err != nil {
		return nil, err
	}
	client, err := openid4vp.NewClient(openid4vp.ClientOptions{
		Prefix: openid4vp.Prefix(s.Scheme), Key: key, Chain: chain, Host: address.Hostname(),
	})
	if errors.Is(err, &openid4vp.Fault{Code: openid4vp.ClientName}) {
		return nil, fmt.Errorf("%s: the certificate of %s does not name %s, the host of STILE_API_URL",
			VariableScheme, VariableCertificate, address.Hostname())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", VariableCertificate, err)
	}
	v := &Verifier{client: client, expires: chain[0].NotAfter, link: s.Link, plain: s.Plain, now: s.Now}
	if v.now == nil {
		v.now = time.Now
	}
	return v, nil
}

// readPair reads a certificate chain and its key, both in PEM.
func readPair(certificates, key string) (crypto.Signer, []*x509.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certificates, key)
	if err != nil {
		return nil, nil, err
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, nil, errors.New("the key cannot sign")
	}
	chain := make([]*x509.Certificate, len(pair.Certificate))
	for i, der := range pair.Certificate {
		if chain[i], err = x509.ParseCertificate(der); err != nil {
			return nil, nil, err
		}
	}
	return signer, chain, nil
}

func (v *Verifier) unavailable() string {
	if v.now().After(v.expires) {
		return "the certificate of the verifier (" + VariableCertificate + ") has expired"
	}
	return ""
}
