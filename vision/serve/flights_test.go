package serve

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnswersAboutAllFramesOfSeveralSubmissionsAreKept(t *testing.T) {
	t.Parallel()
	for _, faces := range []bool{true, false} {
		f, readings := newFlights(), 0
		const pictures = 200 // four submissions of selfie_liveness
		for range 2 {
			for i := range pictures {
				f.read(t.Context(), task{Faces: faces}, fmt.Append(nil, i), func() (outcome, string) {
					readings++
					return outcome{}, ""
				})
			}
		}
		require.Equal(t, map[bool]int{true: pictures, false: 2*pictures - keepDocuments}[faces], readings)
	}
}

func TestAnswersAreKeptWhileTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, readings := newFlights(), 0
		ask := func() {
			f.read(t.Context(), task{Faces: true}, []byte("frame"), func() (outcome, string) {
				readings++
				return outcome{}, ""
			})
		}
		ask()
		for range 10 {
			<-time.After(keepFor - time.Second)
			ask()
		}
		require.Equal(t, 1, readings)
		<-time.After(keepFor + time.Second)
		ask()
		require.Equal(t, 2, readings)
		require.Equal(t, 1, f.kept[true])
		<-time.After(keepFor + time.Second)
		require.Empty(t, f.open)
		require.Zero(t, f.kept[true])
	})
}
