package activities_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// patient takes any endpoint that acknowledges for a prompt and quick one, also on a busy machine.
var patient = activities.Answers{Prompt: testkit.Patience, Quick: testkit.Patience}

func TestAnEndpointIsPromptWhileItAcknowledges(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.Pace = activities.NewPace(patient)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	require.False(t, p.Pace.Prompt(endpoint.ID), "nobody knows yet")
	require.Equal(t, activities.ClassNew, p.Pace.Class(endpoint.ID))
	for _, step := range []struct {
		status int
		class  activities.Class
	}{
		{http.StatusOK, activities.ClassPrompt}, {http.StatusInternalServerError, activities.ClassFailing},
		{http.StatusNoContent, activities.ClassPrompt},
	} {
		merchant.Answers(step.status)
		p.clock.Advance(time.Second)
		p.Begin(t, scene.AnyOf(document))
		owed := p.Deliveries(t, endpoint)
		p.deliver(t, owed[len(owed)-1].Ref())
		require.Equal(t, step.class, p.Pace.Class(endpoint.ID), step.status)
		require.Equal(t, step.class == activities.ClassPrompt, p.Pace.Prompt(endpoint.ID), step.status)
	}
	require.Equal(t, []activities.Class{activities.ClassNew, activities.ClassPrompt, activities.ClassFailing}, p.classes,
		"the class before each attempt")
}

func TestASlowEndpointIsNotPrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := activities.NewPace(activities.Answers{})
		for _, attempt := range []struct {
			took         time.Duration
			acknowledged bool
			class        activities.Class
		}{
			{999 * time.Millisecond, true, activities.ClassPrompt}, {time.Second, true, activities.ClassSlow},
			{0, true, activities.ClassPrompt}, {0, false, activities.ClassFailing}, {
				time.Minute, false, activities.ClassFailing,
			},
		} {
			known := pace.Class("we_1")
			ended := pace.Begin("we_1")
			<-time.After(attempt.took)
			require.Equal(t, known, pace.Class("we_1"), "until it is over")
			ended(attempt.acknowledged)
			require.Equal(t, attempt.class, pace.Class("we_1"))
			require.Equal(t, attempt.class == activities.ClassPrompt, pace.Prompt("we_1"))
		}
	})
}

func TestAnEndpointThatAcknowledgesWithinAFifthOfASecondIsQuick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := activities.NewPace(activities.Answers{})
		require.False(t, pace.Quick("we_1"), "nobody knows yet")
		for _, attempt := range []struct {
			took         time.Duration
			acknowledged bool
			quick        bool
		}{
			{199 * time.Millisecond, true, true}, {200 * time.Millisecond, true, false}, {0, true, true},
			{0, false, false}, {time.Minute, true, false},
		} {
			ended := pace.Begin("we_1")
			<-time.After(attempt.took)
			ended(attempt.acknowledged)
			require.Equal(t, attempt.quick, pace.Quick("we_1"))
		}
	})
}

func TestAPromptEndpointTakesFewAttemptsAtOnce(t *testing.T) {
	t.Parallel()
	pace := activities.NewPace(patient)
	pace.Begin("we_1")(true)
	var ended func(bool)
	for range 8 {
		require.True(t, pace.Prompt("we_1"))
		ended = pace.Begin("we_1")
	}
	require.False(t, pace.Prompt("we_1"), "if it hangs, eight hang where sessions run, and no more")
	require.False(t, pace.Quick("we_1"))
	pace.Begin("we_2")(true)
	require.True(t, pace.Prompt("we_2"))
	ended(true)
	require.True(t, pace.Prompt("we_1"))
	require.True(t, pace.Quick("we_1"))
	require.False(t, (*activities.Pace)(nil).Quick("we_1"), "a nil Pace expects nothing")
	require.False(t, (*activities.Pace)(nil).Prompt("we_1"), "a nil Pace expects nothing")
	require.Equal(t, activities.ClassNew, (*activities.Pace)(nil).Class("we_1"))
}
