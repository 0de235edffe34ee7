// Package seal encrypts personal data and secrets for the database, with AES-256-GCM under rotatable keys, and makes
// keyed hashes of values that must be found again. A sealed value is bound to its table, row and organization, so a
// copy in another row cannot be opened.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of every key, in bytes.
const KeySize = 32

// ErrUnknownKey reports a value that was sealed under a key which is not configured.
var ErrUnknownKey = errors.New("sealed under a key that is not configured")

// Place is the row that holds a sealed value. It is authenticated with the value.
type Place struct{ Table, Row, Org string }

func (p Place) bytes() []byte { return []byte(p.Table + "\x00" + p.Row + "\x00" + p.Org) }

// Keyring seals with its first key and opens with any of its keys.
type Keyring struct {
	primary string
	ciphers map[string]cipher.AEAD
	lookup  []byte
}

// ParseKeys reads the encryption keys as "id:base64,id:base64" (STILE_ENCRYPTION_KEYS; the first key seals) and the
// lookup key in base64. Every key has KeySize bytes.
func ParseKeys(encryption, lookup string) (*Keyring, error) {
	lookupKey, err := base64.StdEncoding.DecodeString(lookup)
	if err != nil || len(lookupKey) != KeySize {
		return nil, fmt.Errorf("the lookup key must be %d bytes in base64", KeySize)
	}
	k := &Keyring{ciphers: map[string]cipher.AEAD{}, lookup: lookupKey}
	for _, entry := range strings.Split(encryption, ",") {
		if err := k.add(strings.TrimSpace(entry)); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *Keyring) add(entry string) error {
	id, encoded, found := strings.Cut(entry, ":")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || id == "" || strings.Contains(id, ".") || err != nil || len(key) != KeySize {
		return fmt.Errorf("each encryption key must read id:base64 of %d bytes", KeySize)
	}
	if _, exists := k.ciphers[id]; exists {
		return fmt.Errorf("encryption key id %q appears twice", id)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	if k.ciphers[id], err = cipher.NewGCM(block); err != nil {
		return err
	}
	if k.primary == "" {
		k.primary = id
	}
	return nil
}

// Primary returns the id of the key that seals.
func (k *Keyring) Primary() string { return k.primary }

// Has reports whether a key of that id is configured.
func (k *Keyring) Has(id string) bool { return k.ciphers[id] != nil }

// Under returns a copy of the keyring that seals with another of its keys.
func (k *Keyring) Under(id string) *Keyring {
	under := *k
	under.primary = id
	return &under
}

// GenerateKey returns a random key in base64.
func GenerateKey() string {
	var key [KeySize]byte
	rand.Read(key[:])
	return base64.StdEncoding.EncodeToString(key[:])
}

// Seal encrypts a value for a place and returns "keyid.base64(nonce+ciphertext)".
func (k *Keyring) Seal(plain []byte, at Place) string {
	aead := k.ciphers[k.primary]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return k.primary + "." + base64.RawStdEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, at.bytes()))
}

// Open decrypts a value that was sealed for the same place. It returns ErrUnknownKey if the key is not configured, and
// another error for a damaged value or another place.
func (k *Keyring) Open(sealed string, at Place) ([]byte, error) {
	id, encoded, _ := strings.Cut(sealed, ".")
	aead, known := k.ciphers[id]
	if !known {
		return nil, ErrUnknownKey
	}
	raw, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || len(raw) < aead.NonceSize() {
		return nil, errors.New("sealed value is damaged")
	}
	return aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], at.bytes())
}

// Digest returns a keyed hash of the parts (HMAC-SHA-256 with the lookup key), in hex. Purpose separates the digests of
// different uses.
func (k *Keyring) Digest(purpose string, parts ...[]byte) string {
	mac := hmac.New(sha256.New, k.lookup)
	fmt.Fprintf(mac, "%s\x00", purpose)
	for _, part := range parts {
		fmt.Fprintf(mac, "%d\x00", len(part))
		mac.Write(part)
	}
	return hex.EncodeToString(mac.Sum(nil))
}
