package issuers

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/stile-id/stile/internal/outbound"
)

const (
	// fetchWithin limits the request for a list. A verdict waits for it.
	fetchWithin = 10 * time.Second
	// maxRedirects is how many redirects are followed. Status lists are often stored elsewhere.
	maxRedirects = 3
)

// awayError says why a list cannot be had. It names neither the address, which may be of one credential alone, nor the
// answer.
type awayError struct{ reason string }

func (e *awayError) Error() string { return e.reason }

// fetcher sends requests to issuers.
type fetcher struct{ client *http.Client }

func newFetcher(p outbound.Policy) fetcher {
	client := outbound.NewClient(fetchWithin, p)
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || !web(r.URL) || via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return fetcher{client}
}

func web(address *url.URL) bool {
	return (address.Scheme == "https" || address.Scheme == "http") && address.Hostname() != "" && address.User == nil
}

// get returns the body of a successful answer of at most limit bytes. Plain HTTP is accepted, because everything that
// is fetched so is signed and dated; see Keys for metadata, which is not.
func (f fetcher) get(ctx context.Context, address, accept string, limit int64) ([]byte, error) {
	parsed, err := url.Parse(address)
	if err != nil || !web(parsed) {
		return nil, &awayError{"its address is not one of the web"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &awayError{"its address is not one of the web"}
	}
	request.Header.Set("User-Agent", outbound.UserAgent)
	request.Header.Set("Accept", accept)
	response, err := f.client.Do(request)
	if err != nil {
		return nil, &awayError{outbound.Reason(err)}
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, &awayError{"the server answered with HTTP status " + strconv.Itoa(response.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, &awayError{outbound.Reason(err)}
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}

var errTooLarge = &awayError{"the answer is too large"}
