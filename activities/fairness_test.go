package activities_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

func TestAHangingReceiverHoldsNoMoreThanItsShareOfRequests(t *testing.T) {
	t.Parallel()
	const owed, share = 100, 4
	for name, receiver := range map[string]func(*testing.T) string{
		"hangs":          hanging,
		"never finishes": saysAndHangs("a"),
		"drips its head": dripping("HTTP/1.1 200 OK\r\n", "X-Drip: 1\r\n"),
		"drips its body": dripping("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "a"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			p.Gate, p.Pace = activities.NewGate(4*share), activities.NewPace(patient)
			p.Jitter = func() float64 { return 0 }
			var busy atomic.Int32
			p.Busy = func() { busy.Add(1) }
			endpoint := p.SubscribeURL(t, receiver(t), models.EventSessionCreated)
			for range owed {
				p.Begin(t, scene.AnyOf(document))
			}
			deliveries := p.Deliveries(t, endpoint)
			ctx, breakOff := context.WithCancel(t.Context())
			over := make(chan error)
			for _, delivery := range deliveries {
				go func() {
					_, err := askedWithin[models.DeliveryOutcome](ctx, p.DeliverWebhook, delivery.Ref())
					over <- err
				}()
			}

			for range owed - share {
				requireBusy(t, <-over, time.Second, 32*time.Second) // at once, or after a second in which no attempt ended
			}
			merchant := scene.NewMerchant(t, p.clock.Now)
			elsewhere := p.Subscribe(t, merchant, models.EventSessionCreated)
			p.Begin(t, scene.AnyOf(document))
			require.Equal(t, models.DeliverySucceeded, p.deliver(t, p.Deliveries(t, elsewhere)[0].Ref()).Status)

			breakOff()
			for range share {
				require.ErrorContains(t, <-over, context.Canceled.Error(), "these had been under way")
			}
			require.Equal(t, int32(owed-share), busy.Load())
			for _, delivery := range p.Deliveries(t, endpoint) {
				require.Equal(t, models.DeliveryPending, delivery.Status)
			}
		})
	}
}
