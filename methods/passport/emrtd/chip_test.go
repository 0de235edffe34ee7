package emrtd_test

import (
	"crypto/rsa"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// activeChip returns a passport and its chip, which has active authentication.
func activeChip(key *emrtdtest.Key, trailer byte) (*emrtdtest.Passport, *emrtdtest.Chip) {
	passport := emrtdtest.NewPassport(utopia.signer)
	passport.Groups[emrtd.DG15] = emrtdtest.DataGroup15(key)
	if _, is := key.Private.(*rsa.PrivateKey); !is {
		passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(emrtdtest.ActiveInfo(3))
	}
	return passport, &emrtdtest.Chip{ActiveKey: key, ActiveTrailer: trailer}
}

var challenge = []byte("12345678")

func TestActiveAuthenticationIsVerified(t *testing.T) {
	t.Parallel()
	for name, chip := range map[string]struct {
		key     *emrtdtest.Key
		trailer byte
	}{
		"RSA with SHA-1":      {shared("RSA-1024"), 0xbc},
		"RSA with SHA-1, 33":  {shared("RSA"), 0x33},
		"RSA with SHA-224":    {shared("RSA"), 0x38},
		"RSA with SHA-256":    {shared("RSA"), 0x34},
		"RSA with SHA-384":    {shared("RSA"), 0x36},
		"RSA with SHA-512":    {shared("RSA"), 0x35},
		"P-256":               {emrtdtest.NewKey("P-256"), 0},
		"P-521":               {emrtdtest.NewKey("P-521"), 0},
		"brainpoolP256r1":     {emrtdtest.NewKey("brainpoolP256r1"), 0},
		"brainpoolP384r1":     {emrtdtest.NewKey("brainpoolP384r1"), 0},
		"explicit parameters": {explicit(emrtdtest.NewKey("brainpoolP256r1")), 0},
	} {
		passport, made := activeChip(chip.key, chip.trailer)
		document, err := emrtd.Verify(passport.Files(), utopia.options())
		require.NoError(t, err, name)
		active, chip := document.Announces()
		require.True(t, active, name)
		require.False(t, chip, name)
		signature := made.Sign(challenge)
		require.NoError(t, document.Active(challenge, signature), name)
		require.ErrorIs(t, document.Active([]byte("87654321"), signature), &emrtd.Fault{Code: emrtd.ActiveSignature}, name)
	}
}

// chipCase is a chip with chip authentication.
type chipCase struct {
	kind, cipher int
	key          *emrtdtest.Key
	dh           *emrtdtest.DH
	id           int64
}

func (c chipCase) make() (*emrtdtest.Passport, *emrtdtest.Chip) {
	passport := emrtdtest.NewPassport(utopia.signer)
	var info []byte
	if c.dh != nil {
		info = c.dh.Public()
	} else {
		info = c.key.Public()
	}
	infos := [][]byte{emrtdtest.ChipKeyInfo(c.kind, info, c.id)}
	if c.cipher > 0 {
		infos = append(infos, emrtdtest.ChipInfo(c.kind, c.cipher, c.id))
	}
	passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(infos...)
	return passport, &emrtdtest.Chip{ChipKey: c.key, DH: c.dh}
}

// relay has a chip answer the commands of a session.
func relay(t *testing.T, chip *emrtdtest.Chip, session *emrtd.ChipSession) (answers [][]byte) {
	t.Helper()
	for _, command := range session.Commands {
		answer, err := chip.Transmit(command.APDU)
		require.NoError(t, err)
		answers = append(answers, answer)
	}
	return answers
}

func TestChipAuthenticationIsVerified(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]chipCase{
		"P-256 with 3DES":                {kind: 2, cipher: 1, key: emrtdtest.NewKey("P-256"), id: -1},
		"without ChipAuthenticationInfo": {kind: 2, key: emrtdtest.NewKey("P-256"), id: -1},
		"P-256 with AES-128":             {kind: 2, cipher: 2, key: emrtdtest.NewKey("P-256"), id: 7},
		"P-384 with AES-192":             {kind: 2, cipher: 3, key: emrtdtest.NewKey("P-384"), id: 0},
		"P-521 with AES-256":             {kind: 2, cipher: 4, key: emrtdtest.NewKey("P-521"), id: -1},
		"brainpoolP256r1 with AES-128":   {kind: 2, cipher: 2, key: emrtdtest.NewKey("brainpoolP256r1"), id: -1},
		"brainpoolP256r1, explicit":      {kind: 2, cipher: 2, key: explicit(emrtdtest.NewKey("brainpoolP256r1")), id: 1},
		"brainpoolP384r1 with AES-256":   {kind: 2, cipher: 4, key: emrtdtest.NewKey("brainpoolP384r1"), id: -1},
		"brainpoolP512r1 with AES-256":   {kind: 2, cipher: 4, key: emrtdtest.NewKey("brainpoolP512r1"), id: -1},
		"Diffie-Hellman with 3DES":       {kind: 1, cipher: 1, dh: emrtdtest.NewDH(), id: -1},
		"Diffie-Hellman with AES-128":    {kind: 1, cipher: 2, dh: emrtdtest.NewDH(), id: 3},
	} {
		passport, chip := c.make()
		dg14 := passport.Groups[emrtd.DG14]
		session, err := emrtd.BeginChip(dg14)
		require.NoError(t, err, name)
		require.False(t, session.Commands[len(session.Commands)-1].Protect, name)
		answers := relay(t, chip, session)

		document, err := emrtd.Verify(passport.Files(), utopia.options())
		require.NoError(t, err, name)
		_, announced := document.Announces()
		require.True(t, announced, name)
		var kept emrtd.ChipSession // sessions are stored as JSON
		text, err := json.Marshal(session)
		require.NoError(t, err, name)
		require.NoError(t, json.Unmarshal(text, &kept), name)
		require.NoError(t, kept.Answered(dg14, answers), name)
		require.NoError(t, kept.Answered(dg14, answers), name+": a verdict may be given twice")
	}
}

func TestStrongestProtocolIsChosen(t *testing.T) {
	t.Parallel()
	weak, strong := emrtdtest.NewKey("P-256"), emrtdtest.NewKey("P-256")
	dg14 := emrtdtest.DataGroup14(
		emrtdtest.ChipKeyInfo(2, weak.Public(), 1), emrtdtest.ChipKeyInfo(2, strong.Public(), 2),
		emrtdtest.ChipKeyInfo(1, emrtdtest.NewDH().Public(), 3),
		emrtdtest.ChipInfo(2, 1, 1), emrtdtest.ChipInfo(2, 2, 2), emrtdtest.ChipInfo(1, 4, 3))
	session, err := emrtd.BeginChip(dg14)
	require.NoError(t, err)
	require.NoError(t, session.Answered(dg14, relay(t, &emrtdtest.Chip{ChipKey: strong}, session)))
}

// The chip's side of the exchanges, from the key agreement to the last MAC, was computed by BouncyCastle.
func TestChipOfBouncyCastleAuthenticatesItself(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "bouncycastle", "chip-authentication.txt"))
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		seen++
		field := strings.Fields(line)
		require.Len(t, field, 5)
		name, dg14 := field[0], unhex(t, field[1])
		commands, answers := unhexAll(t, field[3]), unhexAll(t, field[4])
		session, err := emrtd.BeginChipWith(dg14, unhex(t, field[2]))
		require.NoError(t, err, name)
		require.Len(t, session.Commands, len(commands), name)
		for i, command := range session.Commands {
			require.Equal(t, commands[i], command.APDU, "%s: command %d", name, i)
		}
		require.NoError(t, session.Answered(dg14, answers), name)

		last := answers[len(answers)-1]
		last[len(last)-3] ^= 1 // the last octet of the MAC
		require.ErrorIs(t, session.Answered(dg14, answers), &emrtd.Fault{Code: emrtd.ChipMAC}, name)
		last[len(last)-3] ^= 1
		other, err := emrtd.BeginChip(dg14)
		require.NoError(t, err, name)
		require.ErrorIs(t, other.Answered(dg14, answers), &emrtd.Fault{Code: emrtd.ChipMAC}, name+": replayed")
	}
	require.Equal(t, 12, seen)
}

// unhexAll decodes a list of hexadecimal numbers.
func unhexAll(t *testing.T, list string) (all [][]byte) {
	t.Helper()
	for text := range strings.SplitSeq(list, ",") {
		all = append(all, unhex(t, text))
	}
	return all
}
