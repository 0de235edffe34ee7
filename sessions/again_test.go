package sessions_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

func TestUseCaseStartsOverOnlyWhileItsRowChanges(t *testing.T) {
	t.Parallel()
	tries := 0
	until := func(n int, last error) func() error {
		tries = 0
		return func() error {
			if tries++; tries < n {
				return store.ErrRefused
			}
			return last
		}
	}
	require.NoError(t, sessions.Again(until(3, nil)))
	require.Equal(t, 3, tries)
	broken := errors.New("broken")
	require.ErrorIs(t, sessions.Again(until(2, broken)), broken)
	require.Equal(t, 2, tries)
	require.ErrorIs(t, sessions.Again(until(1000, nil)), sessions.ErrBusy)
	require.Less(t, tries, 100)
}
