package serve

import (
	"fmt"
	"testing"

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
