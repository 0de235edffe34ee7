package passport_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/passportdev"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

// peerChip is a chip of BouncyCastle with the authorities that are trusted.
type peerChip struct {
	*passportdev.Chip
	name    string
	trusted *csca.Folder
	now     time.Time
	active  []byte // its signature over peerChallenge
}

var peerChallenge = []byte("12345678")

const bouncyCastle = "testdata/bouncycastle"

func openPeer(t *testing.T, name string) *peerChip {
	t.Helper()
	c := &peerChip{name: name, now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	c.trust(t, filepath.Join(bouncyCastle, "csca"))
	var err error
	c.Chip, err = passportdev.Open(filepath.Join(bouncyCastle, name))
	require.NoError(t, err)
	c.active = c.read(t, "active.sig")
	return c
}

func (c *peerChip) trust(t *testing.T, dir string) {
	t.Helper()
	trusted, err := csca.Open(csca.FolderOptions{Dir: dir, Now: func() time.Time { return c.now }})
	require.NoError(t, err)
	c.trusted = trusted
}

func (c *peerChip) read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(bouncyCastle, c.name, file))
	require.NoError(t, err)
	return content
}

// verify verifies the chip, its signer and its signature over the challenge.
func (c *peerChip) verify() (document *emrtd.Document, found csca.Finding, err error) {
	document, err = emrtd.Verify(c.Files, emrtd.Options{
		Now: c.now, Trust: func(signer *emrtd.Certificate) (err error) {
			found, err = c.trusted.Check(signer, c.now)
			return err
		},
	})
	if err == nil {
		err = document.Active(peerChallenge, c.active)
	}
	return document, found, err
}

// alter changes one bit of the only occurrence of octets in EF.SOD, at an index that counts from the end if negative.
func (c *peerChip) alter(t *testing.T, octets []byte, at int) {
	t.Helper()
	require.Equal(t, 1, bytes.Count(c.SOD, octets), c.name)
	if at < 0 {
		at += len(octets)
	}
	c.SOD[bytes.Index(c.SOD, octets)+at] ^= 1
}

var bouncyCastleChips = []string{"rsa", "pss", "p256", "brainpool", "explicit"}

func TestChipsOfBouncyCastleAreVerified(t *testing.T) {
	t.Parallel()
	for _, name := range bouncyCastleChips {
		c := openPeer(t, name)
		document, found, err := c.verify()
		require.NoError(t, err, name)
		require.Contains(t, document.Zone, "SPECIMEN<<UTOPIA", name)
		require.Len(t, document.Portraits, 1, name)
		require.Equal(t, []string{"P"}, document.Signer.DocumentTypes, name)
		require.False(t, document.Signed.IsZero(), name)
		require.Equal(t, csca.RevocationGood, found.Revocation, name)
		active, chip := document.Announces()
		require.True(t, active, name)
		require.Equal(t, c.Groups[emrtd.DG14] != nil, chip, name)
		if !chip {
			continue
		}
		session, err := emrtd.BeginChip(c.Groups[emrtd.DG14])
		require.NoError(t, err, name)
		answers, err := c.Relay(session.Commands)
		require.NoError(t, err, name)
		require.NoError(t, session.Answered(c.Groups[emrtd.DG14], answers), name)
	}
}

// peerFault is one fault in a chip of BouncyCastle, with the error that refuses it.
type peerFault struct {
	name  string
	is    error
	make  func(t *testing.T, c *peerChip)
	chips []string // that have the fault; nil for all
}

var peerFaults = []peerFault{
	{name: "altered zone", is: &emrtd.Fault{Code: emrtd.GroupDigest}, make: func(_ *testing.T, c *peerChip) {
		c.Groups[emrtd.DG1][20] ^= 1
	}},
	{name: "altered key of active authentication", is: &emrtd.Fault{Code: emrtd.GroupDigest},
		make: func(_ *testing.T, c *peerChip) { c.Groups[emrtd.DG15][60] ^= 1 }},
	{name: "key of active authentication left out", is: &emrtd.Fault{Code: emrtd.GroupMissing},
		make: func(_ *testing.T, c *peerChip) { delete(c.Groups, emrtd.DG15) }},
	{name: "altered security object", is: &emrtd.Fault{Code: emrtd.MessageDigest},
		chips: []string{"rsa", "pss", "brainpool"}, make: func(t *testing.T, c *peerChip) {
			digest := sha256.Sum256(c.Groups[emrtd.DG1])
			c.alter(t, digest[:], 5)
		}},
	{name: "altered piece of the security object", is: &emrtd.Fault{Code: emrtd.MessageDigest},
		chips: []string{"p256", "explicit"}, make: func(t *testing.T, c *peerChip) {
			digest := sha256.Sum256(c.Groups[emrtd.DG1]) // the first piece ends within it
			c.alter(t, digest[:8], 5)
		}},
	{name: "altered time of signing", is: &emrtd.Fault{Code: emrtd.Signature}, make: func(t *testing.T, c *peerChip) {
		document, _, err := c.verify()
		require.NoError(t, err)
		c.alter(t, []byte(document.Signed.UTC().Format("060102150405Z")), -2)
	}},
	{name: "altered signature", is: &emrtd.Fault{Code: emrtd.Signature}, make: func(_ *testing.T, c *peerChip) {
		last := len(bytes.TrimRight(c.SOD, "\x00")) - 1 // indefinite lengths end with zeros
		c.SOD[last] ^= 1
	}},
	{name: "altered signature of the signer's certificate", is: &csca.Fault{Code: csca.Signature},
		make: func(t *testing.T, c *peerChip) {
			document, _, err := c.verify()
			require.NoError(t, err)
			c.alter(t, document.Signer.DER, -1)
		}},
	{name: "base point of the forger's choice", is: &emrtd.Fault{Code: emrtd.CurveUnknown},
		chips: []string{"explicit"}, make: func(t *testing.T, c *peerChip) {
			c.alter(t, []byte{0x8b, 0xd2, 0xae, 0xb9, 0xcb, 0x7e, 0x57, 0xcb}, 7)
		}},
	{name: "authorities of other states", is: &csca.Fault{Code: csca.Unknown}, make: func(t *testing.T, c *peerChip) {
		dir := t.TempDir()
		for _, other := range bouncyCastleChips {
			if other != c.name {
				copyFile(t, filepath.Join(bouncyCastle, "csca", other+".cer"), dir)
			}
		}
		c.trust(t, dir)
	}},
	{name: "revoked signer", is: &csca.Fault{Code: csca.Revoked}, make: func(t *testing.T, c *peerChip) {
		dir := t.TempDir()
		copyFile(t, filepath.Join(bouncyCastle, "csca", c.name+".cer"), dir)
		copyFile(t, filepath.Join(bouncyCastle, c.name, "revoked.crl"), dir)
		c.trust(t, dir)
	}},
	{name: "years later", is: &csca.Fault{Code: csca.Expired}, make: func(_ *testing.T, c *peerChip) {
		c.now = c.now.AddDate(10, 0, 0)
	}},
	{name: "answer to another challenge", is: &emrtd.Fault{Code: emrtd.ActiveSignature},
		make: func(_ *testing.T, c *peerChip) { c.active[len(c.active)-1] ^= 1 }},
}

func copyFile(t *testing.T, from, dir string) {
	t.Helper()
	content, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(from)), content, 0o600))
}

func TestAlteredChipsOfBouncyCastleAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range bouncyCastleChips {
		for _, f := range peerFaults {
			if f.chips != nil && !slices.Contains(f.chips, name) {
				continue
			}
			c := openPeer(t, name)
			_, _, err := c.verify()
			require.NoError(t, err, name+" without the fault")
			f.make(t, c)
			_, _, err = c.verify()
			require.ErrorIs(t, err, f.is, "%s: %s", name, f.name)
		}
	}
}
