package emrtd_test

import (
	"encoding/hex"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(text)
	require.NoError(t, err)
	return octets
}

// The values of this test are those of ICAO 9303-11, appendix D.2.
func TestSessionKeysOfICAOAppendixD(t *testing.T) {
	t.Parallel()
	encryption, mac := emrtd.DeriveTripleDES(unhex(t, "239AB9CB282DAF66231DC5A4DF6BFBAE"))
	require.Equal(t, unhex(t, "AB94FDECF2674FDFB9B391F85D7F76F2"), encryption)
	require.Equal(t, unhex(t, "7962D9ECE03D1ACD4C76089DCE131543"), mac)
}

// The values of this test are those of ICAO 9303-11, appendix D.4: SELECT of EF.COM, and its answer.
func TestSecureMessagingOfICAOAppendixD(t *testing.T) {
	t.Parallel()
	m := emrtd.TripleDESMessaging(unhex(t, "979EC13B1CBFE9DCD01AB0FED307EAE5"),
		unhex(t, "F1CB1F1FB5ADF208806B89DC579DC1F8"), unhex(t, "887022120C06C226"))
	command := m.Protect([4]byte{0x00, 0xa4, 0x02, 0x0c}, unhex(t, "011E"))
	require.Equal(t, unhex(t, "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"), command)
	data, status, err := m.Open(unhex(t, "990290008E08FA855A5D4C50A8ED9000"))
	require.NoError(t, err)
	require.Empty(t, data)
	require.Equal(t, uint16(0x9000), status)

	m = emrtd.TripleDESMessaging(unhex(t, "979EC13B1CBFE9DCD01AB0FED307EAE5"),
		unhex(t, "F1CB1F1FB5ADF208806B89DC579DC1F8"), unhex(t, "887022120C06C229"))
	data, _, err = m.Open(unhex(t, "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"))
	require.NoError(t, err)
	require.Equal(t, unhex(t, "60145F01"), data, "the first octets of EF.COM")
}

// The block is that of ICAO 9303-11, appendix F, which has no key: it is signed with one of this test.
func TestActiveAuthenticationOfICAOAppendixF(t *testing.T) {
	t.Parallel()
	block := unhex(t, "6A9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C"+
		"98599F40B79F377B5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD4E7292E2DCDA3024"+
		"B47DA8C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC")
	key := shared("RSA-1024")
	passport, _ := activeChip(key, 0xbc)
	document, err := emrtd.Verify(passport.Files(), utopia.options())
	require.NoError(t, err)
	signature := emrtdtest.Recoverable(emrtdtest.RSA(key), block)
	require.NoError(t, document.Active(unhex(t, "F173589974BF40C6"), signature))
	smaller := new(big.Int).Sub(emrtdtest.RSA(key).N, new(big.Int).SetBytes(signature))
	require.NoError(t, document.Active(unhex(t, "F173589974BF40C6"), smaller.FillBytes(make([]byte, 128))),
		"ISO/IEC 9796-2 lets the signer take the other root")
}

// referencePassport is that of the reference data set of BSI TR-03105-5. Its holder does not exist.
func referencePassport(t testing.TB) (files emrtd.Files, o emrtd.Options) {
	t.Helper()
	files = emrtd.Files{SOD: reference(t, "EF_SOD"), Groups: map[int][]byte{
		emrtd.DG1: reference(t, "Datagroup1"), emrtd.DG14: reference(t, "Datagroup14"),
	}}
	return files, emrtd.Options{
		Now: time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC), Trust: func(*emrtd.Certificate) error { return nil },
	}
}

func reference(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "tr03105", name+".bin"))
	require.NoError(t, err)
	return content
}

const referenceZone = "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<C11T002JM4D<<9608122F2310314<<<<<<<<<<<<<<<4"

func TestReferencePassportOfTR03105(t *testing.T) {
	t.Parallel()
	files, options := referencePassport(t)
	document, err := emrtd.Verify(files, options)
	require.NoError(t, err)
	require.Equal(t, referenceZone, document.Zone)
	_, chip := document.Announces()
	require.True(t, chip)
	session, err := emrtd.BeginChip(files.Groups[emrtd.DG14])
	require.NoError(t, err)
	require.NotEmpty(t, session.Commands)

	files.Groups[emrtd.DG15] = reference(t, "Datagroup15")
	_, err = emrtd.Verify(files, options)
	require.ErrorIs(t, err, &emrtd.Fault{Code: emrtd.GroupUnlisted}, "the set's DG15 is not in its EF.SOD")
	delete(files.Groups, emrtd.DG15)
	delete(files.Groups, emrtd.DG14)
	_, err = emrtd.Verify(files, options)
	require.ErrorIs(t, err, &emrtd.Fault{Code: emrtd.GroupMissing}, "its EF.SOD has DG14")
}
