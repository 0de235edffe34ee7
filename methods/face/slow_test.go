package face_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
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
					var waiting *methods.WaitingError
					require.ErrorAs(t, err, &waiting)
					return
				}
				require.NoError(t, err)
				require.Equal(t, graph.OutcomeError, v.Outcome)
				require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
			})
		}
	}
}

func TestAcceptedFramesWaitForAVisionProcessThatIsAway(t *testing.T) {
	t.Parallel()
	for _, m := range face.Methods(face.Options{
		Patience: time.Minute, Now: func() time.Time { return begun }, Log: slog.New(slog.DiscardHandler),
	}) {
		require.Equal(t, "no vision process is configured", m.Unavailable())
		require.True(t, m.Patient, m.Name)
		s := newStand(t, m.Name)
		s.portrait, s.content["upl_1"] = []byte("portrait"), []byte("frame")
		payload := fmt.Sprintf(`{"challenge":{"begun":%q,"seconds":40},"frames":[{"upload":"upl_1","at":%q}]}`,
			begun.Format(time.RFC3339), begun.Format(time.RFC3339))
		_, err := m.Judge.Judge(t.Context(), methods.Submission{
			Attempt: s.attempt(1), Payload: []byte(payload), Uploads: s, Kept: s, Received: begun,
		})
		var away *methods.AwayError
		require.ErrorAs(t, err, &away, m.Name)
	}
}
