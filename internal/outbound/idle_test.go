package outbound_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
)

func TestBurstReusesItsConnections(t *testing.T) {
	t.Parallel()
	const burst = 16
	var dialled atomic.Int32
	var met sync.WaitGroup // no request of a burst is answered before all have arrived
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		met.Done()
		met.Wait()
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := outbound.NewClient(time.Minute, outbound.Policy{Allow: outbound.Loopback()})
	for range 3 {
		met.Add(burst)
		var answered sync.WaitGroup
		for range burst {
			answered.Go(func() {
				if err := post(t, client, server.URL); err != nil {
					t.Error(err)
				}
			})
		}
		answered.Wait()
	}
	require.Equal(t, int32(burst), dialled.Load())
}
