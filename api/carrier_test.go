package api_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/carrier/carriertest"
	"github.com/stile-id/stile/methods/shipped"
)

const mobile = "+4915123456789"

// calling returns a session of a live organization whose only method is carrier_lookup, and the operator.
func calling(t *testing.T, flow string, more ...obj) (*env, session, *carriertest.Server) {
	t.Helper()
	operator, err := carriertest.Start("../methods/carrier/testdata")
	require.NoError(t, err)
	t.Cleanup(operator.Close)
	folder := t.TempDir()
	file := filepath.Join(folder, "carriers.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key.pem"), operator.KeyPEM(), 0o600))
	require.NoError(t, os.WriteFile(file, []byte(operator.Settings("key.pem", flow)), 0o600))
	settings, err := carrier.ReadSettings(file)
	require.NoError(t, err)
	e := newEnv(t, serving(shipped.Options{Carrier: carrier.Options{
		Settings: settings, Egress: outbound.Policy{Allow: outbound.Loopback()}, Patience: time.Minute, Now: time.Now,
		Page: func() string { return "https://id.example.com/verify" }, Log: slog.New(slog.DiscardHandler),
	}}))
	e.subscribed()
	return e, e.create(e.live, e.workflow(e.live, simple("carrier_lookup")), more...), operator
}

func (e *env) beginsLookup(s session, input obj) answer {
	e.t.Helper()
	return e.do("POST", s.path("/methods/carrier_lookup/begin"), s.secret, input)
}

// redirected requests an address without a credential, and returns the address that it redirects to.
func (e *env) redirected(address string) string {
	e.t.Helper()
	request, err := http.NewRequestWithContext(e.t.Context(), http.MethodGet, address, nil)
	require.NoError(e.t, err)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Do(request)
	require.NoError(e.t, err)
	require.NoError(e.t, response.Body.Close())
	return response.Header.Get("Location")
}

// local returns the address on this server of an address that the outside world uses.
func (e *env) local(address string) string {
	_, query, _ := strings.Cut(address, "?")
	return e.url + "/v1/methods/carrier_lookup/callback?" + query
}

func TestCarrierIsAskedByRedirect(t *testing.T) {
	t.Parallel()
	e, s, operator := calling(t, "network", obj{"phone": mobile})
	operator.Set(func(b *carriertest.Behaviour) { b.Line = mobile })
	require.Equal(t, true, e.view(s)["phone_known"])
	begun := e.isOK(e.beginsLookup(s, obj{}), 201).object
	require.Equal(t, []any{"Example Mobile", "89"},
		[]any{in(begun, "data", "carrier"), in(begun, "data", "number_ends")})
	require.Equal(t, begun["data"], in(e.view(s), "methods", 0, "waiting", "data"))
	back := e.redirected(in(begun, "data", "url").(string))
	id := begun["id"].(string)

	forged := e.redirected(e.url + "/v1/methods/carrier_lookup/callback?state=mch_none&code=x")
	require.Equal(t, "https://id.example.com/verify#refused=resource_missing", forged)
	page, fragment, _ := strings.Cut(e.redirected(e.local(back)), "#")
	require.Equal(t, "https://id.example.com/verify/"+s.id, page)
	values, err := url.ParseQuery(fragment)
	require.NoError(t, err)
	require.Equal(t, id, values.Get("returned"))
	_, again, _ := strings.Cut(e.redirected(e.local(back)), "#")
	require.Empty(t, again, "the second redirect changes nothing")

	submit := func(s session, response any) answer {
		return e.do("POST", s.path("/methods/carrier_lookup"), s.secret, obj{"challenge": id, "response": response})
	}
	other := e.create(e.live, e.workflow(e.live, simple("carrier_lookup")))
	e.isError(submit(other, values.Get("response")), 409, "challenge_invalid", "challenge")
	e.isError(submit(s, nil), 400, "parameter_invalid", "response")
	e.isError(submit(s, "guess"), 400, "parameter_invalid", "response")
	e.isOK(submit(s, values.Get("response")), 202)
	require.NotContains(t, e.log.String(), mobile[3:])
	require.NotContains(t, e.log.String(), values.Get("response"))
}

func TestOnlyIdentitySessionsAreAskedForAName(t *testing.T) {
	t.Parallel()
	e, s, operator := calling(t, "consent")
	names := func(s session) (names []any) {
		fields, _ := in(e.view(s), "methods", 0, "input", "begin_fields").([]any)
		for _, field := range fields {
			names = append(names, in(field, "name"))
		}
		return names
	}
	require.Equal(t, []any{"phone", "same_device"}, names(s))
	person := obj{"phone": mobile, "given_name": "Zoë", "family_name": "Quillfeather", "birth_date": "1971-12-23"}
	e.isError(e.beginsLookup(s, person), 400, "parameter_invalid", "given_name")

	e.connect(e.live, "document_capture", "https://vendor.example/judge")
	definition := simple("carrier_lookup", "document_capture")
	definition["composition"] = "all_of"
	identity := e.create(e.live, e.workflow(e.live, definition), obj{"type": "identity"})
	require.Equal(t, []any{"phone", "same_device", "given_name", "family_name", "birth_date"}, names(identity))
	for _, member := range []string{"given_name", "family_name", "birth_date"} {
		lacking := maps.Clone(person)
		lacking[member] = ""
		e.isError(e.beginsLookup(identity, lacking), 400, "parameter_invalid", member)
	}
	e.isOK(e.beginsLookup(identity, person), 201)
	require.Contains(t, operator.Scopes(), "openid dpv:AgeVerification kyc-age-verification:verify kyc-match:match")
	require.NotContains(t, e.log.String(), "Quillfeather")
}

func TestNumbersOfASessionAreBounded(t *testing.T) {
	t.Parallel()
	e, s, operator := calling(t, "consent")
	require.Equal(t, false, e.view(s)["phone_known"])
	e.isError(e.beginsLookup(s, obj{}), 400, "parameter_invalid", "phone")
	e.isError(e.beginsLookup(s, obj{"phone": "+1 202 555 0143"}), 400, "parameter_invalid", "phone")
	for _, phone := range []string{mobile, "+4915123456780", "+4915123456781"} {
		e.isOK(e.beginsLookup(s, obj{"phone": phone}), 201)
	}
	asked := len(operator.Requests())
	e.isError(e.beginsLookup(s, obj{"phone": "+4915123456782"}), 429, "rate_limit_exceeded")
	for range 2 {
		e.isOK(e.beginsLookup(e.create(e.live, e.workflow(e.live, simple("carrier_lookup"))), obj{"phone": mobile}), 201)
	}
	last := e.create(e.live, e.workflow(e.live, simple("carrier_lookup")))
	e.isError(e.beginsLookup(last, obj{"phone": mobile}), 429, "rate_limit_exceeded")
	require.Len(t, operator.Requests(), asked+2, "a refused number is not asked about")
}
