package signature_test

import (
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

func TestASignatureIsTheHMACOfTimeAndBody(t *testing.T) {
	t.Parallel()
	// printf '1741564800.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
	require.Equal(t, "t=1741564800,v1=2ea935a7f23da327b4b42c9276d595f75932a124d6baf5d6021866b7b8af065e",
		signature.Sign(secret, signedAt, body))
}

func TestWhatASignatureIsRefusedFor(t *testing.T) {
	t.Parallel()
	good := signature.Sign(secret, signedAt, body)
	other := signature.Sign("whsec_other", signedAt, body)
	_, hex, _ := strings.Cut(good, ",")
	for name, c := range map[string]struct {
		secret, header, body string
		now                  time.Time
		want                 error
	}{
		"as it was made":             {secret, good, string(body), signedAt, nil},
		"five minutes late":          {secret, good, string(body), signedAt.Add(5 * time.Minute), nil},
		"five minutes early":         {secret, good, string(body), signedAt.Add(-5 * time.Minute), nil},
		"one of two matches":         {secret, other + "," + hex, string(body), signedAt, nil},
		"with spaces":                {secret, strings.ReplaceAll(good, ",", ", "), string(body), signedAt, nil},
		"an unknown scheme beside":   {secret, good + ",v2=00", string(body), signedAt, nil},
		"later than that":            {secret, good, string(body), signedAt.Add(5*time.Minute + time.Second), signature.ErrStale},
		"earlier than that":          {secret, good, string(body), signedAt.Add(-5*time.Minute - time.Second), signature.ErrStale},
		"from the end of time":       {secret, "t=9223372036854775807," + hex, string(body), signedAt, signature.ErrStale},
		"from before all time":       {secret, "t=-9223372036854775808," + hex, string(body), signedAt, signature.ErrStale},
		"from half of all time away": {secret, "t=-9223372035113211008," + hex, string(body), signedAt, signature.ErrStale},
		"another body":               {secret, good, string(body) + " ", signedAt, signature.ErrMismatch},
		"another secret":             {"whsec_other", good, string(body), signedAt, signature.ErrMismatch},
		"another timestamp":          {secret, "t=1741564801," + hex, string(body), signedAt, signature.ErrMismatch},
		"no header":                  {secret, "", string(body), signedAt, signature.ErrMalformed},
		"no timestamp":               {secret, hex, string(body), signedAt, signature.ErrMalformed},
		"a timestamp that is none":   {secret, "t=now," + hex, string(body), signedAt, signature.ErrMalformed},
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
