// Package walletdev makes the certificates of wallet credentials under development: an issuer whose documents stile-dev
// trusts, with its private keys, and the certificate of stile-dev itself as a verifier. Only stile-dev and tests import
// it: with these keys everybody can issue documents. docs/methods/wallets.md describes the files.
package walletdev

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Country is the country of the certificates. The issuing_country of a driving licence must be that of its signer.
const Country = "US"

// Files are the paths of the files that Ensure makes, for stile-dev and for tests.
type Files struct{ dir string }

// In returns the files of a folder.
func In(dir string) Files { return Files{dir} }

// TrustDir is the value for STILE_TRUST_DIR.
func (f Files) TrustDir() string { return filepath.Join(f.dir, "trust") }

// Root is the certificate of the issuer's root, and RootKey its key.
func (f Files) Root() string { return filepath.Join(f.dir, "issuer", "root.pem") }

// RootKey is the key of Root.
func (f Files) RootKey() string { return filepath.Join(f.dir, "issuer", "root.key") }

// Signer is the certificate of the signer of a method's documents, and SignerKey its key.
func (f Files) Signer(method string) string { return filepath.Join(f.dir, "issuer", method+".pem") }

// SignerKey is the key of Signer.
func (f Files) SignerKey(method string) string { return filepath.Join(f.dir, "issuer", method+".key") }

// Verifier is the certificate of stile-dev as a verifier, VerifierKey its key, and VerifierRoot the root that a wallet
// under development has to trust.
func (f Files) Verifier() string { return filepath.Join(f.dir, "verifier", "verifier.pem") }

// VerifierKey is the key of Verifier.
func (f Files) VerifierKey() string { return filepath.Join(f.dir, "verifier", "verifier.key") }

// VerifierRoot is the root of Verifier.
func (f Files) VerifierRoot() string { return filepath.Join(f.dir, "verifier", "root.pem") }

const trustSettings = `# Made by stile-dev. Its issuer publishes no lists of revoked certificates and documents.
mdl: {unreachable: accept}
mid: {unreachable: accept}
eudi_pid: {unreachable: accept}
`

// methods are the methods with a signer.
var methods = []string{"mdl", "mid", "eudi_pid"}

// Ensure makes the files of a folder at the first call, and makes certificates anew that end within 30 days. Hosts are
// the DNS names of the verifier.
func Ensure(dir string, hosts []string, now time.Time) (Files, error) {
	f := In(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, err
	}
	root, err := f.ensure(f.Root(), f.RootKey(), now, nil, func() (pair, error) {
		return newRoot("Stile development IACA", now)
	})
	if err != nil {
		return f, err
	}
	for _, method := range methods {
		_, err := f.ensure(f.Signer(method), f.SignerKey(method), now, &root, func() (pair, error) {
			return newSigner(root, method, now)
		})
		if err != nil {
			return f, err
		}
		certificate := pemOf(root.certificate)
		if err := write(filepath.Join(f.TrustDir(), method, "stile-dev.pem"), certificate); err != nil {
			return f, err
		}
	}
	if err := f.ensureVerifier(hosts, now); err != nil {
		return f, err
	}
	return f, writeOnce(filepath.Join(f.TrustDir(), "trust.yaml"), []byte(trustSettings))
}

func newSigner(root pair, method string, now time.Time) (pair, error) {
	use := usageMDL
	if method == "mid" {
		use = usagePhotoID
	}
	return newLeaf(root, "Stile development signer of "+method, use, func(c *x509.Certificate) {
		if method == "eudi_pid" {
			c.URIs = append(c.URIs, issuerURI)
		}
	}, now)
}

// ensureVerifier makes the verifier's certificate under a root of its own, because HAIP 1.0 forbids one that signs
// itself. It is made anew if hosts have been added.
func (f Files) ensureVerifier(hosts []string, now time.Time) error {
	rootKey := filepath.Join(f.dir, "verifier", "root.key")
	root, err := f.ensure(f.VerifierRoot(), rootKey, now, nil, func() (pair, error) {
		return newRoot("Stile development reader CA", now)
	})
	if err != nil {
		return err
	}
	issue := func() (pair, error) {
		return newLeaf(root, "Stile development verifier", usageReader, func(c *x509.Certificate) { c.DNSNames = hosts }, now)
	}
	made, err := f.ensure(f.Verifier(), f.VerifierKey(), now, &root, issue)
	if err != nil {
		return err
	}
	lacks := func(host string) bool { return !slices.Contains(made.certificate.DNSNames, host) }
	if !slices.ContainsFunc(hosts, lacks) {
		return nil
	}
	if made, err = issue(); err != nil {
		return err
	}
	return made.write(f.Verifier(), f.VerifierKey())
}

// ensure reads a certificate and its key, and makes them if they are missing, end soon, or are not of the root.
func (f Files) ensure(certificate, key string, now time.Time, root *pair, issue func() (pair, error)) (pair, error) {
	found, err := read(certificate, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found, err
	}
	if err == nil && now.Add(renewBefore).Before(found.certificate.NotAfter) &&
		(root == nil || found.certificate.CheckSignatureFrom(root.certificate) == nil) {
		return found, nil
	}
	made, err := issue()
	if err != nil {
		return made, err
	}
	return made, made.write(certificate, key)
}

// write writes the key first: a certificate without its key is of no use, so a crash between both starts anew.
func (p pair) write(certificate, key string) error {
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		return err
	}
	if err := os.Remove(certificate); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := write(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return err
	}
	return write(certificate, pemOf(p.certificate))
}
