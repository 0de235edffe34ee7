package activities_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

func TestAnEndpointIsPromptWhileItAcknowledges(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.Pace = activities.NewPace()
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	require.False(t, p.Pace.Prompt(endpoint.ID), "nobody knows yet")
	for _, step := range []struct {
		status int
		prompt bool
	}{
		{http.StatusOK, true}, {http.StatusInternalServerError, false}, {http.StatusNoContent, true},
	} {
		merchant.Answers(step.status)
		p.clock.Advance(time.Second)
		p.Begin(t, scene.AnyOf(document))
		owed := p.Deliveries(t, endpoint)
		p.deliver(t, owed[len(owed)-1].Ref())
		require.Equal(t, step.prompt, p.Pace.Prompt(endpoint.ID), step.status)
	}
}

func TestASlowEndpointIsNotPrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := activities.NewPace()
		for _, took := range []time.Duration{999 * time.Millisecond, time.Second, 0} {
			ended := pace.Begin("we_1")
			<-time.After(took)
			ended(true)
			require.Equal(t, took < time.Second, pace.Prompt("we_1"), took)
		}
	})
}

func TestAPromptEndpointTakesFewAttemptsAtOnce(t *testing.T) {
	t.Parallel()
	pace := activities.NewPace()
	pace.Begin("we_1")(true)
	var ended func(bool)
	for range 8 {
		require.True(t, pace.Prompt("we_1"))
		ended = pace.Begin("we_1")
	}
	require.False(t, pace.Prompt("we_1"), "if it hangs, eight hang where sessions run, and no more")
	pace.Begin("we_2")(true)
	require.True(t, pace.Prompt("we_2"))
	ended(true)
	require.True(t, pace.Prompt("we_1"))
	require.False(t, (*activities.Pace)(nil).Prompt("we_1"), "who remembers nothing expects nothing")
}
