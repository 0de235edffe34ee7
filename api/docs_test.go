package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

func TestTheDocumentationCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		e := newEnv(t, func(o *api.Options) { o.Config.DocsOff = off })
		want := http.StatusOK
		if off {
			want = http.StatusNotFound
		}
		for _, path := range []string{"/docs", "/docs/errors", "/docs/errors.md", "/llms.txt"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+path, nil)
			require.NoError(t, err)
			answer, err := e.unchecked.Do(request) // the site is no part of the API's document
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, want, answer.StatusCode, path)
		}
	}
}
