package face_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func TestProcessThatIsTooSlowIsAskedAgainUntilPatienceEnds(t *testing.T) {
	t.Parallel()
	for _, name := range []rules.Method{rules.MethodFacialAge, rules.MethodSelfieMatch, rules.MethodSelfieLiveness} {
		for _, c := range []struct {
			limit, since time.Duration
			again        bool
		}{
			{5 * time.Second, 3 * time.Minute, true}, // a brief call leaves the end to a longer one
			{15 * time.Second, 30 * time.Second, true},
			{15 * time.Second, 3 * time.Minute, false},
		} {
			s := newStand(t, name)
			s.standing.Portrait, s.portrait, s.slow = true, []byte("portrait"), true
			frames := s.selfie()
			for len(frames) < 12 && s.method.Begin != nil {
				frames = append(frames, s.selfie()...)
			}
			in := methodtest.Input{"frames": frames}
			if s.method.Begin != nil {
				s.begin(t, methodtest.Input{})
				in["challenge"] = "mch_1"
			}
			payload, err := s.accept(t, in)
			require.NoError(t, err)
			s.now = begun.Add(c.since)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				v, err := s.method.Judge.Judge(ctx, methods.Submission{
					Attempt: s.attempt(1), Payload: payload, Uploads: s, Kept: s, Received: begun,
				})
				require.NoError(t, ctx.Err(), "the verdict comes before the end of the call")
				if c.again {
					var away *methods.AwayError
					require.ErrorAs(t, err, &away)
					require.ErrorContains(t, away, vision.AwayTooSlow)
					return
				}
				require.NoError(t, err)
				require.Equal(t, graph.OutcomeError, v.Outcome)
				require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
			})
		}
	}
}
