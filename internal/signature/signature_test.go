package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/signature"
)

const secret = "whsec_test"

var (
	signedAt = time.Unix(1741564800, 999)
	body     = []byte(`{"id":"evt_1"}`)
)

func TestSignatureIsTheHMACOfTimeAndBody(t *testing.T) {
	t.Parallel()
	// printf '1741564800.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
	require.Equal(t, "t=1741564800,v1=2ea935a7f23da327b4b42c9276d595f75932a124d6baf5d6021866b7b8af065e",
		signature.Sign(secret, signedAt, body))
}

func TestVerifyRefusesBadSignatures(t *testing.T) {
	t.Parallel()
	good := signature.Sign(secret, signedAt, body)
	other := signature.Sign("whsec_other", signedAt, body)
	_, v1, _ := strings.Cut(good, ",")
	for name, c := range map[string]struct {
		secret, header, body string
		now                  time.Time
		want                 error
	}{
		"as it was made":           {secret, good, string(body), signedAt, nil},
		"five minutes late":        {secret, good, string(body), signedAt.Add(5 * time.Minute), nil},
		"five minutes early":       {secret, good, string(body), signedAt.Add(-5 * time.Minute), nil},
		"one of two matches":       {secret, other + "," + v1, string(body), signedAt, nil},
		"with spaces":              {secret, strings.ReplaceAll(good, ",", ", "), string(body), signedAt, nil},
		"an unknown scheme beside": {secret, good + ",v2=00", string(body), signedAt, nil},
		"in capitals": {
			secret, "T=1741564800,V1=" + strings.ToUpper(strings.TrimPrefix(v1, "v1=")), string(body), signedAt, nil,
		},
		"with spaces everywhere": {
			secret, " t = 1741564800 , v1 = " + strings.TrimPrefix(v1, "v1=") + " ", string(body), signedAt, nil,
		},
		"the signature first":        {secret, v1 + ",t=1741564800", string(body), signedAt, nil},
		"an unknown scheme first":    {secret, "v0=x,," + good, string(body), signedAt, nil},
		"on two lines":               {secret, signature.Join([]string{"t=1741564800", v1}), string(body), signedAt, nil},
		"the timestamp twice":        {secret, "t=1741564800," + good, string(body), signedAt, nil},
		"two timestamps":             {secret, "t=1741564799," + good, string(body), signedAt, signature.ErrMalformed},
		"a timestamp in hexadecimal": {secret, "t=0x67CE2680," + v1, string(body), signedAt, signature.ErrMalformed},
		"a fraction that is none":    {secret, "t=1741564800.x," + v1, string(body), signedAt, signature.ErrMalformed},
		"later than that": {
			secret, good, string(body), signedAt.Add(5*time.Minute + time.Second), signature.ErrStale,
		},
		"earlier than that": {
			secret, good, string(body), signedAt.Add(-5*time.Minute - time.Second), signature.ErrStale,
		},
		"from the end of time":       {secret, "t=9223372036854775807," + v1, string(body), signedAt, signature.ErrStale},
		"from before all time":       {secret, "t=-9223372036854775808," + v1, string(body), signedAt, signature.ErrStale},
		"from half of all time away": {secret, "t=-9223372035113211008," + v1, string(body), signedAt, signature.ErrStale},
		"another body":               {secret, good, string(body) + " ", signedAt, signature.ErrMismatch},
		"another secret":             {"whsec_other", good, string(body), signedAt, signature.ErrMismatch},
		"another timestamp":          {secret, "t=1741564801," + v1, string(body), signedAt, signature.ErrMismatch},
		"no header":                  {secret, "", string(body), signedAt, signature.ErrMalformed},
		"no timestamp":               {secret, v1, string(body), signedAt, signature.ErrMalformed},
		"a timestamp that is none":   {secret, "t=now," + v1, string(body), signedAt, signature.ErrMalformed},
		"no signature":               {secret, "t=1741564800", string(body), signedAt, signature.ErrMalformed},
		"a signature that is no hex": {secret, "t=1741564800,v1=zz", string(body), signedAt, signature.ErrMalformed},
		"a signature cut short":      {secret, good[:len(good)-2], string(body), signedAt, signature.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, signature.Verify(c.secret, c.header, []byte(c.body), c.now), c.want)
		})
	}
}

func TestTimestampMayHaveAFraction(t *testing.T) {
	t.Parallel()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("1741564800.25." + string(body)))
	header := "t=1741564800.25,v1=" + hex.EncodeToString(mac.Sum(nil))
	require.NoError(t, signature.Verify(secret, header, body, signedAt))
	require.ErrorIs(t, signature.Verify(secret, header, body, signedAt.Add(time.Hour)), signature.ErrStale)
}
