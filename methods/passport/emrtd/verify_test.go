package emrtd_test

import (
	"crypto"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// country is a state with its authority and its document signer.
type country struct{ authority, signer *emrtdtest.Certificate }

func newCountry(authority, signer *emrtdtest.Key) country {
	c := country{authority: emrtdtest.Authority(emrtdtest.Template{}, authority)}
	c.signer = emrtdtest.Signer(emrtdtest.Template{}, signer, c.authority)
	return c
}

// sharedKeys make RSA keys once, because that takes long.
var sharedKeys = map[string]func() *emrtdtest.Key{
	"RSA":      sync.OnceValue(func() *emrtdtest.Key { return emrtdtest.NewKey("RSA") }),
	"RSA-1024": sync.OnceValue(func() *emrtdtest.Key { return emrtdtest.NewKey("RSA-1024") }),
}

// shared returns a key that other tests use as well.
func shared(kind string) *emrtdtest.Key {
	if kind == "RSA-PSS" {
		key := shared("RSA")
		key.PSS = true
		return key
	}
	key := *sharedKeys[kind]()
	return &key
}

// utopia is the country of most tests.
var utopia = newCountry(emrtdtest.NewKey("P-384"), emrtdtest.NewKey("P-256"))

// options trust the country.
func (c country) options() emrtd.Options {
	return emrtd.Options{
		Now: emrtdtest.Now, Skew: time.Minute,
		Trust: func(signer *emrtd.Certificate) error { return signer.SignedBy(c.authority.Certificate, false) },
	}
}

func sha(key *emrtdtest.Key, hash crypto.Hash) *emrtdtest.Key {
	key.Hash = hash
	return key
}

func explicit(key *emrtdtest.Key) *emrtdtest.Key {
	key.Explicit = true
	return key
}

func pss(hash crypto.Hash, salt int) *emrtdtest.Key {
	key := shared("RSA-PSS")
	key.Hash, key.Salt = hash, salt
	return key
}

func TestEachAlgorithmIsVerified(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]*emrtdtest.Key{
		"RSA with SHA-224":                  sha(shared("RSA"), crypto.SHA224),
		"RSA with SHA-256":                  shared("RSA"),
		"RSA with SHA-512":                  sha(shared("RSA"), crypto.SHA512),
		"RSASSA-PSS with SHA-256":           pss(crypto.SHA256, 0),
		"RSASSA-PSS with SHA-384":           pss(crypto.SHA384, 0),
		"RSASSA-PSS with a salt of 20":      pss(crypto.SHA256, 20),
		"P-224":                             sha(emrtdtest.NewKey("P-224"), crypto.SHA224),
		"P-256":                             emrtdtest.NewKey("P-256"),
		"P-384":                             sha(emrtdtest.NewKey("P-384"), crypto.SHA384),
		"P-521":                             sha(emrtdtest.NewKey("P-521"), crypto.SHA512),
		"P-256 with a longer digest":        sha(emrtdtest.NewKey("P-256"), crypto.SHA512),
		"P-256 with explicit parameters":    explicit(emrtdtest.NewKey("P-256")),
		"brainpoolP256r1":                   emrtdtest.NewKey("brainpoolP256r1"),
		"brainpoolP256r1, explicit":         explicit(emrtdtest.NewKey("brainpoolP256r1")),
		"brainpoolP384r1":                   sha(emrtdtest.NewKey("brainpoolP384r1"), crypto.SHA384),
		"brainpoolP512r1":                   sha(emrtdtest.NewKey("brainpoolP512r1"), crypto.SHA512),
		"brainpoolP512r1, a shorter digest": emrtdtest.NewKey("brainpoolP512r1"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCountry(key, key)
			passport := emrtdtest.NewPassport(c.signer)
			passport.Hash = key.Hash
			document, err := emrtd.Verify(passport.Files(), c.options())
			require.NoError(t, err)
			require.Equal(t, emrtdtest.Zone, document.Zone)
			require.Equal(t, c.signer.DER, document.Signer.DER)
			require.Len(t, document.Portraits, 1)
			require.Equal(t, "image/jpeg", document.Portraits[0].MediaType)
			other := newCountry(key, key)
			other.authority = utopia.authority
			_, err = emrtd.Verify(passport.Files(), other.options())
			require.Error(t, err)
		})
	}
}

func TestFormsOfSecurityObjectsAreRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*emrtdtest.Passport, *emrtdtest.Message){
		"indefinite lengths":     func(_ *emrtdtest.Passport, m *emrtdtest.Message) { m.BER = true },
		"named by its key":       func(_ *emrtdtest.Passport, m *emrtdtest.Message) { m.ByKeyID = true },
		"with the time":          func(_ *emrtdtest.Passport, m *emrtdtest.Message) { m.Signed = emrtdtest.Now },
		"version 1":              nil,
		"with another hash":      func(_ *emrtdtest.Passport, m *emrtdtest.Message) { m.Hash = crypto.SHA512 },
		"with more certificates": moreCertificates,
	} {
		passport := emrtdtest.NewPassport(utopia.signer)
		if change == nil {
			passport.Version = 1
		} else {
			passport.Message = func(m *emrtdtest.Message) { change(passport, m) }
		}
		document, err := emrtd.Verify(passport.Files(), utopia.options())
		require.NoError(t, err, name)
		require.Equal(t, emrtdtest.Zone, document.Zone, name)
	}
}

func moreCertificates(_ *emrtdtest.Passport, m *emrtdtest.Message) {
	m.Certificates = [][]byte{utopia.authority.DER, utopia.signer.DER}
}

func TestSHA1IsRefusedUnlessAccepted(t *testing.T) {
	t.Parallel()
	c := newCountry(shared("RSA"), sha(shared("RSA"), crypto.SHA1))
	passport := emrtdtest.NewPassport(c.signer)
	passport.Hash = crypto.SHA1
	passport.Message = func(m *emrtdtest.Message) { m.Hash = crypto.SHA1 }
	_, err := emrtd.Verify(passport.Files(), c.options())
	require.ErrorIs(t, err, &emrtd.Fault{Code: emrtd.DigestWeak})
	accepting := c.options()
	accepting.SHA1 = true
	_, err = emrtd.Verify(passport.Files(), accepting)
	require.NoError(t, err)
}

func TestErrorOfTrustIsReturned(t *testing.T) {
	t.Parallel()
	untrusted := errors.New("untrusted")
	options := utopia.options()
	options.Trust = func(*emrtd.Certificate) error { return untrusted }
	_, err := emrtd.Verify(emrtdtest.NewPassport(utopia.signer).Files(), options)
	require.ErrorIs(t, err, untrusted)
	options.Trust = nil
	_, err = emrtd.Verify(emrtdtest.NewPassport(utopia.signer).Files(), options)
	require.ErrorIs(t, err, &emrtd.Fault{Code: emrtd.TrustMissing})
}
