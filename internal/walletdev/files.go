package walletdev

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func pemOf(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// read reads a certificate and its key. It fails if they do not belong together.
func read(certificate, key string) (found pair, err error) {
	der, err := readPEM(certificate)
	if err != nil {
		return found, err
	}
	if found.certificate, err = x509.ParseCertificate(der); err != nil {
		return found, fmt.Errorf("%s: %w", certificate, err)
	}
	if der, err = readPEM(key); err != nil {
		return found, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return found, fmt.Errorf("%s: %w", key, err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !private.PublicKey.Equal(found.certificate.PublicKey) {
		return found, fmt.Errorf("%s is not the key of %s; remove both, and they are made anew", key, certificate)
	}
	found.key = private
	return found, nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM; remove it, and it is made anew", path)
	}
	return block.Bytes, nil
}

// write writes a file completely or not at all. It leaves a file with the same content as it is.
func write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	draft := path + ".new"
	if err := os.WriteFile(draft, content, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// writeOnce writes a file unless it exists: the developer may have changed it.
func writeOnce(path string, content []byte) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return write(path, content)
}
