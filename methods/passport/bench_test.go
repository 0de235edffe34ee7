package passport_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// BenchmarkChip measures passive authentication with the check of the signer, and chip authentication from begin to the
// check of the answers, by the key of signer, authority and chip. It reports the 50th and 95th percentile in
// milliseconds.
func BenchmarkChip(b *testing.B) {
	for _, kind := range []string{"RSA", "P-256", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"} {
		key := emrtdtest.NewKey(kind)
		authority := emrtdtest.Authority(emrtdtest.Template{}, key)
		files := emrtdtest.NewPassport(emrtdtest.Signer(emrtdtest.Template{}, key, authority)).Files()
		trusted := csca.Trusting(authority.Certificate)
		percentiles(b, "passive authentication/"+kind, func() error {
			_, err := emrtd.Verify(files, emrtd.Options{Now: now, Trust: func(s *emrtd.Certificate) error {
				_, err := trusted.Check(s, now)
				return err
			}})
			return err
		})
		if kind == "RSA" {
			continue
		}
		dg14, chip := emrtdtest.DataGroup14(emrtdtest.ChipKeyInfo(2, key.Public(), -1)), &emrtdtest.Chip{ChipKey: key}
		percentiles(b, "chip authentication/"+kind, func() error {
			session, err := emrtd.BeginChip(dg14)
			if err != nil {
				return err
			}
			b.StopTimer()
			answers := make([][]byte, len(session.Commands))
			for i, command := range session.Commands {
				answers[i], err = chip.Transmit(command.APDU)
				require.NoError(b, err)
			}
			b.StartTimer()
			return session.Answered(dg14, answers)
		})
	}
}

func percentiles(b *testing.B, name string, do func() error) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		var took []float64
		for b.Loop() {
			before := b.Elapsed()
			require.NoError(b, do())
			took = append(took, float64(b.Elapsed()-before)/float64(time.Millisecond))
		}
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2], "ms-p50")
		b.ReportMetric(took[len(took)*95/100], "ms-p95")
	})
}
