package outbound_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
)

// inside is a server that customers must not reach. It counts requests.
func inside(t *testing.T) (server *httptest.Server, reached *atomic.Int32) {
	t.Helper()
	reached = &atomic.Int32{}
	server = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	return server, reached
}

func post(t *testing.T, client *http.Client, to string) error {
	t.Helper()
	return postBody(t, client, to, "{}")
}

func postBody(t *testing.T, client *http.Client, to, body string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
	require.NoError(t, err)
	response, err := client.Do(request)
	if err == nil {
		err = response.Body.Close()
	}
	return err
}

func TestForbiddenAddressIsNotDialled(t *testing.T) {
	t.Parallel()
	server, reached := inside(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	client := outbound.NewClient(testkit.Patience, outbound.Policy{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::1]"} {
		err := post(t, client, "http://"+host+":"+port+"/hook?token=secret")
		require.ErrorIs(t, err, outbound.ErrForbidden, host)
		require.Equal(t, "address: the endpoint's address is not one that Stile may send to", outbound.Reason(err))
	}
	for _, host := range []string{"2130706433", "0x7f000001", "127.1", "0177.0.0.1"} { // names to Go, not addresses
		require.Error(t, post(t, client, "http://"+host+":"+port), host)
	}
	require.Zero(t, reached.Load())

	allowed := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, allowed, server.URL))
	require.Equal(t, int32(1), reached.Load())
}

func TestProxyReceivesEveryRequest(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.String() }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Proxy: at})
	require.NoError(t, post(t, client, "http://shop.example/hook"))
	require.Equal(t, "http://shop.example/hook", <-asked, "who resolves the name")
	require.ErrorIs(t, post(t, client, "http://10.0.0.1/hook"), outbound.ErrForbidden)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	server, reached := inside(t)
	from := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusFound))
	t.Cleanup(from.Close)
	client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
	require.NoError(t, post(t, client, from.URL))
	require.Zero(t, reached.Load())
}
