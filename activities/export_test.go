package activities

import (
	"context"
	"net/http"
	"strings"

	"github.com/stile-id/stile/models/store"
)

// Begin shows the tests how an attempt is noted.
func (p *Pace) Begin(endpoint string) (ended func(acknowledged bool)) { return p.begin(endpoint) }

// Ask shows the tests one exchange with a receiver, apart from the rows.
func (a *Webhooks) Ask(ctx context.Context, url string) (store.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return store.Answer{}, err
	}
	return a.ask(request)
}
