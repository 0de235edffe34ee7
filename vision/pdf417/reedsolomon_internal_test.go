package pdf417

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorsAndErasuresAreCorrected(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		checks := 2 << random.IntN(7)
		data := make([]int, 1+random.IntN(300))
		for i := range data {
			data[i] = random.IntN(prime)
		}
		want := append(data, checkWords(data, checks)...)
		got := append([]int(nil), want...)
		_, ok := correct(got, checks, nil)
		require.True(t, ok)
		places := random.Perm(len(got))
		room := checks - slack
		erasures := random.IntN(min(room, len(got)) + 1)
		errors := min((room-erasures)/2, len(got)-erasures)
		for _, place := range places[:erasures+errors] {
			got[place] = (got[place] + 1 + random.IntN(prime-1)) % prime
		}
		changed, ok := correct(got, checks, places[:erasures])
		require.True(t, ok, "%d checks, %d erasures, %d errors", checks, erasures, errors)
		require.Equal(t, want, got)
		require.Equal(t, erasures+errors, changed)
	}
}
