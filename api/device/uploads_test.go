package device_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/device"
	"github.com/stile-id/stile/models"
)

func TestUploadsUnderWayAreBoundedPerSessionAndProcess(t *testing.T) {
	t.Parallel()
	var gate device.UploadGate
	var places []func()
	enter := func(session string) error {
		leave, err := gate.Enter(session)
		if err == nil {
			places = append(places, leave)
		}
		return err
	}
	for range device.UploadsOfASession {
		require.NoError(t, enter("vks_1"))
	}
	require.Equal(t, models.CodeRateLimitExceeded, models.CodeOf(enter("vks_1")))
	for i := len(places); i < device.UploadsAtOnce; i++ {
		require.NoError(t, enter(fmt.Sprint("vks_other_", i)))
	}
	require.Equal(t, models.CodeServiceUnavailable, models.CodeOf(enter("vks_2")))
	require.Equal(t, models.CodeRateLimitExceeded, models.CodeOf(enter("vks_1")))
	places[0]()
	require.NoError(t, enter("vks_1"))
	for _, leave := range places[1:] {
		leave()
	}
	require.Zero(t, gate.Sessions(), "a session without uploads takes no memory")
}
