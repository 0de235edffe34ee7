package activities_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
)

// fill lets n operations enter and returns their leave functions.
func fill(t *testing.T, g *activities.Gate, key string, prompt bool, n int) []func() {
	t.Helper()
	inside := make([]func(), n)
	for i := range inside {
		leave, err := g.Enter(t.Context(), key, prompt)
		require.NoError(t, err)
		inside[i] = leave
	}
	return inside
}

func TestGateAdmitsFewerUntrustedOperations(t *testing.T) {
	t.Parallel()
	for size, doubtful := range map[int]int{1: 1, 2: 1, 3: 1, 4: 1, 7: 1, 8: 2, 13: 3, 15: 3, 16: 4, 64: 16} {
		synctest.Test(t, func(t *testing.T) {
			for prompt, room := range map[bool]int{true: size, false: doubtful} {
				gate := activities.NewGate(size)
				inside := fill(t, gate, "we_1", prompt, room)
				_, err := gate.Enter(t.Context(), "we_1", prompt)
				require.ErrorIs(t, err, activities.ErrBusy, "%d enter of %d, and no more", room, size)
				inside[0]()
				fill(t, gate, "we_1", prompt, 1)
			}
		})
	}
}

func TestAnEndpointThatStopsBeingPromptKeepsItsBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := activities.NewGate(16)
		inside := fill(t, gate, "we_1", true, 16)
		for i, leave := range inside {
			_, err := gate.Enter(t.Context(), "we_1", false)
			require.ErrorIs(t, err, activities.ErrBusy, "%d have left", i)
			if leave(); i == 3 {
				break
			}
		}
		fill(t, gate, "we_1", false, 1) // takes the room of the four that left
	})
}

func TestOperationWithoutRoomWaitsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := activities.NewGate(1)
		leave := fill(t, gate, "we_1", true, 1)[0]
		began := time.Now()
		_, err := gate.Enter(t.Context(), "we_1", true)
		require.ErrorIs(t, err, activities.ErrBusy)
		require.Equal(t, time.Second, time.Since(began))

		time.AfterFunc(time.Second-time.Millisecond, leave)
		fill(t, gate, "we_1", true, 1)
	})
}

func TestGateWithoutProgressIsStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := activities.NewGate(1)
		inside := fill(t, gate, "we_1", true, 1)[0]
		_, err := gate.Enter(t.Context(), "we_1", true)
		require.ErrorIs(t, err, activities.ErrStuck, "nobody has left for the second that it has waited")

		go func() { fill(t, gate, "we_1", true, 1) }() // this one waits
		synctest.Wait()
		<-time.After(time.Second / 2)
		inside()
		synctest.Wait()
		go func() { _, _ = gate.Enter(t.Context(), "we_1", true) }() // this one waits now
		synctest.Wait()
		_, err = gate.Enter(t.Context(), "we_1", true)
		require.ErrorIs(t, err, activities.ErrBusy)
		require.NotErrorIs(t, err, activities.ErrStuck, "somebody has left just now")
		<-time.After(time.Second)
	})
}

func TestGateLimitsWaitingOperations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size = 3
		gate := activities.NewGate(size)
		inside := fill(t, gate, "we_1", true, size)
		entered := make(chan error, size)
		for range size {
			go func() {
				_, err := gate.Enter(t.Context(), "we_1", true)
				entered <- err
			}()
		}
		synctest.Wait()
		began := time.Now()
		_, err := gate.Enter(t.Context(), "we_1", true)
		require.ErrorIs(t, err, activities.ErrBusy)
		require.Zero(t, time.Since(began), "too many wait")

		for _, leave := range inside {
			leave()
		}
		for range size {
			require.NoError(t, <-entered)
		}
		require.Zero(t, time.Since(began), "a waiting operation enters as soon as there is room")
	})
}

func TestFullKeyDoesNotBlockOtherKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := activities.NewGate(1)
		began := time.Now()
		fill(t, gate, "we_1", true, 1)
		fill(t, gate, "we_2", true, 1)
		require.Zero(t, time.Since(began))
	})
}

func TestRoomIsDeletedWithItsLastVisitor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := activities.NewGate(2)
		inside := append(fill(t, gate, "we_1", true, 2), fill(t, gate, "we_2", false, 1)...)
		_, err := gate.Enter(t.Context(), "we_1", true)
		require.ErrorIs(t, err, activities.ErrBusy)
		require.Equal(t, 2, gate.Rooms())
		for _, leave := range inside {
			leave()
		}
		require.Zero(t, gate.Rooms())
	})
}

func TestCancelledContextEndsTheWait(t *testing.T) {
	t.Parallel()
	gate := activities.NewGate(1)
	leave := fill(t, gate, "we_1", true, 1)[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gate.Enter(ctx, "we_1", true)
	require.ErrorIs(t, err, context.Canceled)
	leave()
	require.Zero(t, gate.Rooms())
}

func TestNilGateAdmitsEveryOperation(t *testing.T) {
	t.Parallel()
	for _, leave := range fill(t, nil, "we_1", false, 100) {
		leave()
	}
}
