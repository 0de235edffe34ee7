package emrtd_test

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/brainpool"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// curveVectors returns the lines of a file of vectors: the curve, and the fields after its name.
func curveVectors(t *testing.T, name string, use func(c *emrtd.Curve, field []string)) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "curves", name))
	require.NoError(t, err)
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		if field := strings.Fields(lines.Text()); field[0] != "#" {
			use(curveNamed(t, field[0]), field[1:])
		}
	}
}

func curveNamed(t *testing.T, name string) *emrtd.Curve {
	t.Helper()
	for _, c := range emrtd.Curves {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "there is no curve "+name)
	return nil
}

func number(octets []byte) *big.Int { return new(big.Int).SetBytes(octets) }

func TestKeysAgreedByRFC7027AreAgreed(t *testing.T) {
	t.Parallel()
	seen := 0
	curveVectors(t, "rfc7027.txt", func(c *emrtd.Curve, field []string) {
		private := number(unhex(t, field[0]))
		require.Equal(t, unhex(t, field[1]), c.Multiple(private, c.Base()), c.Name)
		agreed, secret := c.Multiple(private, unhex(t, field[2])), unhex(t, field[3])
		require.Equal(t, secret, agreed[1:1+len(secret)], c.Name)
		seen++
	})
	require.Equal(t, 3, seen)
}

// The vectors are two pairs of keys for each named curve.
func TestKeysAndSignaturesOfOpenSSLAreThose(t *testing.T) {
	t.Parallel()
	hashes := map[string]crypto.Hash{"sha256": crypto.SHA256, "sha512": crypto.SHA512}
	seen := map[string]int{}
	curveVectors(t, "openssl.txt", func(c *emrtd.Curve, field []string) {
		private, public, peer := number(unhex(t, field[1])), unhex(t, field[2]), unhex(t, field[3])
		require.Equal(t, public, c.Multiple(private, c.Base()), c.Name)
		agreed, secret := c.Multiple(private, peer), unhex(t, field[4])
		require.Equal(t, secret, agreed[1:1+len(secret)], c.Name)

		hash := hashes[field[0]].New()
		hash.Write([]byte(c.Name))
		digest := hash.Sum(nil)
		var signature struct{ R, S *big.Int }
		_, err := asn1.Unmarshal(unhex(t, field[5]), &signature)
		require.NoError(t, err)
		requireSignature(t, c, public, digest, signature.R, signature.S)
		requireExactForm(t, c, public, digest, unhex(t, field[5]))
		require.False(t, c.Verifies(peer, digest, signature.R, signature.S), c.Name+": another key")
		seen[c.Name]++
	})
	for _, c := range emrtd.Curves {
		require.Equal(t, 2, seen[c.Name], c.Name)
	}
}

// requireSignature requires that a signature is accepted, and refused with any part altered or out of range.
func requireSignature(t *testing.T, c *emrtd.Curve, key, digest []byte, r, s *big.Int) {
	t.Helper()
	require.True(t, c.Verifies(key, digest, r, s), c.Name)
	altered := bytes.Clone(digest)
	altered[0] ^= 1
	require.False(t, c.Verifies(key, altered, r, s), c.Name+": another digest")
	n, none := c.Order(), new(big.Int)
	for name, pair := range map[string][2]*big.Int{
		"r is 0": {none, s}, "s is 0": {r, none}, "both are 0": {none, none}, "r is the order": {n, s},
		"s is the order": {r, n}, "r and the order": {new(big.Int).Add(r, n), s},
		"s and the order": {r, new(big.Int).Add(s, n)}, "negative r": {new(big.Int).Neg(r), s},
		"negative s": {r, new(big.Int).Neg(s)}, "exchanged": {s, r},
	} {
		require.False(t, c.Verifies(key, digest, pair[0], pair[1]), c.Name+": "+name)
	}
	require.True(t, c.Verifies(key, digest, r, new(big.Int).Sub(n, s)), c.Name+": the other s is a signature as well")
}

// requireExactForm requires that a signature in DER is accepted, and refused with other octets for the same numbers.
func requireExactForm(t *testing.T, c *emrtd.Curve, key, digest, signature []byte) {
	t.Helper()
	require.True(t, c.VerifiesDER(key, digest, signature), c.Name)
	var outer asn1.RawValue
	_, err := asn1.Unmarshal(signature, &outer)
	require.NoError(t, err)
	numbers := outer.Bytes
	sequence := func(contents []byte) []byte {
		der, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: contents})
		require.NoError(t, err)
		return der
	}
	require.Equal(t, signature, sequence(numbers), c.Name)
	for name, other := range map[string][]byte{
		"octets after it": append(bytes.Clone(signature), 0), "nothing": nil, "an integer alone": {2, 1, 1},
		"a third number": sequence(append(bytes.Clone(numbers), 2, 1, 1)),
		"NULL after s":   sequence(append(bytes.Clone(numbers), 5, 0)),
	} {
		require.False(t, c.VerifiesDER(key, digest, other), c.Name+": "+name)
	}
}

func TestGroupLawHolds(t *testing.T) {
	t.Parallel()
	for _, c := range emrtd.Curves {
		g, n, one := c.Base(), c.Order(), big.NewInt(1)
		last, two := new(big.Int).Sub(n, one), big.NewInt(2)
		require.Nil(t, c.Multiple(new(big.Int), g), c.Name+": 0·G")
		require.Equal(t, g, c.Multiple(one, g), c.Name+": 1·G")
		require.Nil(t, c.Multiple(n, g), c.Name+": n·G")
		require.Equal(t, g, c.Multiple(new(big.Int).Add(n, one), g), c.Name+": (n+1)·G")

		negative := c.Multiple(last, g)
		y := new(big.Int).Sub(c.Prime(), number(g[1+len(g)/2:]))
		require.Equal(t, g[:1+len(g)/2], negative[:1+len(g)/2], c.Name+": (n-1)·G has the x of G")
		require.Zero(t, number(negative[1+len(g)/2:]).Cmp(y), c.Name+": (n-1)·G has -y")
		require.Nil(t, c.Sum(one, g, one, negative), c.Name+": G - G")
		require.Nil(t, c.Sum(last, g, one, g), c.Name+": (n-1)·G + G")
		require.Nil(t, c.Sum(two, g, two, negative), c.Name+": 2·G - 2·G")

		double := c.Multiple(two, g)
		require.Equal(t, double, c.Sum(one, g, one, g), c.Name+": G + G")
		require.Equal(t, double, c.Sum(last, negative, one, g), c.Name+": (n-1)·(-G) + G")
		require.Equal(t, g, c.Sum(new(big.Int), double, one, g), c.Name+": 0·2G + G")
		require.Equal(t, g, c.Sum(one, double, one, negative), c.Name+": 2·G - G")
		require.Equal(t, c.Multiple(big.NewInt(5), g), c.Sum(two, double, one, g), c.Name+": 2·2G + G")
	}
}

// The curves of NIST are compared with crypto/elliptic, those of brainpool that it has with ProtonMail's package.
func TestMultiplesAreThoseOfOtherLibraries(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]elliptic.Curve{
		"secp224r1": elliptic.P224(), "secp256r1": elliptic.P256(), "secp384r1": elliptic.P384(),
		"secp521r1": elliptic.P521(), "brainpoolP256r1": brainpool.P256r1(), "brainpoolP384r1": brainpool.P384r1(),
		"brainpoolP512r1": brainpool.P512r1(), "brainpoolP256t1": brainpool.P256t1(),
		"brainpoolP384t1": brainpool.P384t1(), "brainpoolP512t1": brainpool.P512t1(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := curveNamed(t, name)
			for _, of := range [][2]int64{{1, 1}, {2, 1}, {15, 16}, {17, 3}, {-1, 2}, {-2, -1}, {-15, -17}, {0, 0}, {0, 0},
				{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}} {
				a, b := scalar(t, c, of[0]), scalar(t, c, of[1])
				q := c.Multiple(b, c.Base())
				x, y := other.ScalarBaseMult(b.Bytes()) //nolint:staticcheck // to compare
				require.Equal(t, uncompressed(c, x, y), q)
				x, y = other.ScalarMult(x, y, a.Bytes()) //nolint:staticcheck // to compare
				product := c.Multiple(a, q)
				require.Equal(t, uncompressed(c, x, y), product)
				x, y = other.Add(x, y, other.Params().Gx, other.Params().Gy) //nolint:staticcheck // to compare
				require.Equal(t, uncompressed(c, x, y), c.Sum(big.NewInt(1), c.Base(), a, q))
			}
		})
	}
}

// uncompressed returns a point in uncompressed form.
func uncompressed(c *emrtd.Curve, x, y *big.Int) []byte {
	size := (len(c.Base()) - 1) / 2
	return append(append([]byte{4}, x.FillBytes(make([]byte, size))...), y.FillBytes(make([]byte, size))...)
}

// scalar returns a small number modulo the order of the curve, and a random one below it for 0.
func scalar(t *testing.T, c *emrtd.Curve, small int64) *big.Int {
	t.Helper()
	if small != 0 {
		s := big.NewInt(small)
		return s.Mod(s, c.Order())
	}
	random, err := rand.Int(rand.Reader, c.Order())
	require.NoError(t, err)
	return random
}

func TestSignaturesOfOtherLibrariesAreVerified(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]elliptic.Curve{
		"secp224r1": elliptic.P224(), "secp256r1": elliptic.P256(), "secp384r1": elliptic.P384(),
		"secp521r1": elliptic.P521(), "brainpoolP384r1": brainpool.P384r1(),
	} {
		c := curveNamed(t, name)
		for size := range 5 { // digests shorter and longer than the order
			key, err := ecdsa.GenerateKey(other, rand.Reader)
			require.NoError(t, err)
			digest := make([]byte, 20*(1+size))
			_, _ = rand.Read(digest)
			r, s, err := ecdsa.Sign(rand.Reader, key, digest)
			require.NoError(t, err)
			requireSignature(t, c, emrtdtest.Point(&key.PublicKey), digest, r, s)
		}
	}
}

func TestPointsOutsideTheCurveAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range emrtd.Curves {
		g := c.Base()
		half, size := (len(g)-1)/2, len(g)
		require.True(t, c.Holds(g), c.Name)
		for name, octets := range map[string][]byte{
			"nothing": nil, "infinity": {0}, "one octet more": append(bytes.Clone(g), 0), "one octet less": g[:size-1],
			"compressed": append([]byte{2 + g[size-1]&1}, g[1:1+half]...), "hybrid": append([]byte{6}, g[1:]...),
			"another y": flipLast(g), "zeros": append([]byte{4}, make([]byte, size-1)...),
			"exchanged": append(append([]byte{4}, g[1+half:]...), g[1:1+half]...),
		} {
			require.False(t, c.Holds(octets), c.Name+": "+name)
		}
		x, y := smallPoint(c)
		require.True(t, c.Holds(uncompressed(c, x, y)), c.Name)
		require.False(t, c.Holds(uncompressed(c, new(big.Int).Add(x, c.Prime()), y)), c.Name+": x and the prime")
		require.False(t, c.Holds(uncompressed(c, c.Prime(), y)), c.Name+": the prime for x")
		require.False(t, c.Holds(uncompressed(c, x, c.Prime())), c.Name+": the prime for y")
	}
}

func flipLast(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	return b
}

// smallPoint returns a point with a small x, so that x and the prime fit into as many octets as the prime.
func smallPoint(c *emrtd.Curve) (x, y *big.Int) {
	a, b := c.Coefficients()
	for x = big.NewInt(1); ; x.Add(x, big.NewInt(1)) {
		right := new(big.Int).Mul(x, x)
		right.Add(right, a).Mul(right, x).Add(right, b).Mod(right, c.Prime())
		if y = new(big.Int).ModSqrt(right, c.Prime()); y != nil {
			return x, y
		}
	}
}

func TestFieldCalculatesAsBigIntegers(t *testing.T) {
	t.Parallel()
	for _, c := range emrtd.Curves {
		p, one := c.Prime(), big.NewInt(1)
		word := new(big.Int).Lsh(one, 64)
		numbers := []*big.Int{
			new(big.Int), one, big.NewInt(2), new(big.Int).Sub(p, one), new(big.Int).Sub(p, big.NewInt(2)),
			new(big.Int).Sub(word, one), word, new(big.Int).Rsh(p, 1), new(big.Int).Sub(p, word),
		}
		for range 8 {
			random, err := rand.Int(rand.Reader, p)
			require.NoError(t, err)
			numbers = append(numbers, random)
		}
		for _, x := range numbers {
			for _, y := range numbers {
				sum, difference, product, ok := emrtd.Calculated(p, x, y)
				require.True(t, ok, c.Name)
				modulo := func(want *big.Int) *big.Int { return want.Mod(want, p) }
				require.Zero(t, modulo(new(big.Int).Add(x, y)).Cmp(sum), "%s: %x + %x", c.Name, x, y)
				require.Zero(t, modulo(new(big.Int).Sub(x, y)).Cmp(difference), "%s: %x - %x", c.Name, x, y)
				require.Zero(t, modulo(new(big.Int).Mul(x, y)).Cmp(product), "%s: %x · %x", c.Name, x, y)
			}
		}
		for _, outside := range []*big.Int{p, new(big.Int).Add(p, one), big.NewInt(-1)} {
			_, _, _, ok := emrtd.Calculated(p, outside, one)
			require.False(t, ok, c.Name)
			_, _, _, ok = emrtd.Calculated(p, one, outside)
			require.False(t, ok, c.Name)
		}
	}
}
