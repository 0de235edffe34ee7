package testkit

import (
	"testing"
	"time"
)

// Patience bounds every wait of a test for a thing that must come. On a busy machine it may come late.
const Patience = 5 * time.Minute

// Eventually pauses for firstPause between two calls of so, and then longer each time, up to longestPause.
const (
	firstPause   = 2 * time.Millisecond
	longestPause = 100 * time.Millisecond
)

// Eventually waits until so returns true, and fails the test after Patience. so runs in the caller's goroutine, so it
// may fail the test itself.
func Eventually(t testing.TB, so func() bool) {
	t.Helper()
	limit := time.After(Patience)
	for pause := firstPause; !so(); pause = min(2*pause, longestPause) {
		select {
		case <-time.After(pause):
		case <-limit:
			t.Fatalf("it did not come about within %s", Patience)
		}
	}
}

// Receive waits for the next value of the channel, and fails the test after Patience.
func Receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(Patience):
		t.Fatalf("nothing was received within %s", Patience)
		panic("unreachable")
	}
}
