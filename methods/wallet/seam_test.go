package wallet_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const (
	origin = "https://id.example"
	api    = "https://api.example/v1/methods/"
)

var now = mdoctest.Now

// world is an operator's installation with issuers that it trusts.
type world struct {
	*testing.T
	methods map[rules.Method]methods.Method
	state   *mdoctest.Issuer    // of driving licences and other mobile documents
	pid     *sdjwtvctest.Issuer // of PID in SD-JWT VC
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, methods: map[rules.Method]methods.Method{}, state: mdoctest.NewIssuer("P-256"),
		pid: sdjwtvctest.NewIssuer("ES256", "https://pid.example.eu", now),
	}
	dir := t.TempDir()
	w.write(dir, "mdl/us.pem", "CERTIFICATE", w.state.Root.DER)
	w.write(dir, "mid/us.pem", "CERTIFICATE", w.state.Root.DER)
	w.write(dir, "eudi_pid/us.pem", "CERTIFICATE", w.state.Root.DER)
	w.write(dir, "eudi_pid/de.pem", "CERTIFICATE", w.pid.Chain[1].Raw)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "trust.yaml"), []byte(`
mdl: {unreachable: accept}
mid: {unreachable: accept, documents: [{doc_type: org.example.id.1}]}
eudi_pid: {unreachable: accept}
`), 0o600))
	trusted, err := issuers.Open(issuers.Options{Dir: dir, Now: clock})
	require.NoError(t, err)
	settings := w.settings()
	verifier, err := wallet.ReadVerifier(settings)
	require.NoError(t, err)
	for _, m := range wallet.Methods(wallet.Options{
		Issuers: trusted, Verifier: verifier, Page: func() string { return origin + "/verify" },
		Log: slog.New(slog.DiscardHandler),
	}) {
		w.methods[m.Name] = m
	}
	return w
}

func clock() time.Time { return now }

func (w *world) write(dir, name, kind string, blocks ...[]byte) string {
	w.Helper()
	path := filepath.Join(dir, name)
	require.NoError(w, os.MkdirAll(filepath.Dir(path), 0o700))
	var text []byte
	for _, block := range blocks {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: block})...)
	}
	require.NoError(w, os.WriteFile(path, text, 0o600))
	return path
}

// settings returns those of a verifier with a new certificate for api.example.
func (w *world) settings() wallet.VerifierSettings {
	w.Helper()
	key := mdoctest.Key("P-256")
	chain := openid4vptest.Certify(key, now, "api.example")
	return wallet.VerifierSettings{
		KeyFile:         w.key(key),
		CertificateFile: w.write(w.TempDir(), "verifier.pem", "CERTIFICATE", chain[0].Raw, chain[1].Raw),
		Scheme:          "x509_hash", Link: "openid4vp", APIURL: "https://api.example", Now: clock,
	}
}

func (w *world) key(key crypto.Signer) string {
	w.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(w, err)
	return w.write(w.TempDir(), "verifier.key", "PRIVATE KEY", der)
}

// input is a JSON object of a device.
type input string

func (i input) Has(string) bool { return false }

func (i input) Read(into any) error {
	return jsonv2.Unmarshal([]byte(i), into, jsonv2.RejectUnknownMembers(true))
}

// challenge is one that a session has begun.
type challenge struct {
	*world
	attempt methods.Attempt
	id      string
	state   json.RawMessage
	data    struct {
		Requests []openid4vp.Offer `json:"requests"`
		Link     string            `json:"link"`
		Answered bool              `json:"answered"`
	}
	used bool
}

// begin begins at a method for a session of a type.
func (w *world) begin(m rules.Method, kind string, years int, options graph.Options) *challenge {
	w.Helper()
	c := &challenge{
		world: w, id: "mch_" + kind,
		attempt: methods.Attempt{
			Method: m, SessionID: "vks_1", Type: kind, Tier: rules.MinAge(years), Options: options,
		},
	}
	made, err := w.methods[m].Begin.Begin(w.Context(), methods.Beginning{
		Attempt: c.attempt, Input: input("{}"), ChallengeID: c.id, AnswerURL: api + string(m), Now: now,
	})
	require.NoError(w, err)
	c.keep(made.State, made.Data)
	require.False(w, c.data.Answered)
	return c
}

func (c *challenge) keep(state, data any) {
	c.Helper()
	var err error
	c.state, err = json.Marshal(state)
	require.NoError(c, err)
	if data != nil {
		text, err := json.Marshal(data)
		require.NoError(c, err)
		c.data.Requests, c.data.Link = nil, ""
		require.NoError(c, json.Unmarshal(text, &c.data))
	}
}

// Upload, Challenge and Code implement methods.Held.
func (c *challenge) Upload(context.Context, string, string) (methods.Upload, error) {
	return methods.Upload{}, errors.New("no uploads")
}

func (c *challenge) Challenge(_ context.Context, param, id string) (json.RawMessage, error) {
	if id != c.id {
		return nil, methods.NewInputError(param, "no such challenge")
	}
	return c.state, nil
}

func (c *challenge) Code(context.Context, string, string) error { return errors.New("no codes") }

// offer reads the request of a protocol as a wallet does.
func (c *challenge) offer(p openid4vp.Protocol) openid4vp.Offer {
	c.Helper()
	for _, o := range c.data.Requests {
		if o.Protocol == p {
			return o
		}
	}
	c.Fatalf("there is no request of %s", p)
	return openid4vp.Offer{}
}

// signed reads the request over the Digital Credentials API, and fetched the one of the link.
func (c *challenge) signed() *openid4vptest.Request {
	c.Helper()
	return openid4vptest.ReadOffer(c.offer(openid4vp.Signed), origin)
}

func (c *challenge) fetched(body string) *openid4vptest.Request {
	c.Helper()
	verb := http.MethodGet
	if body != "" {
		verb = http.MethodPost
	}
	replied, err := c.reply(verb, "request", []byte(body))
	require.NoError(c, err)
	require.Equal(c, openid4vp.RequestObjectType, replied.ContentType)
	return openid4vptest.ReadObject(string(replied.Body))
}

const form = "application/x-www-form-urlencoded"

// reply sends a request to a route, and keeps the state that it leaves.
func (c *challenge) reply(verb, route string, body []byte) (methods.Replied, error) {
	c.Helper()
	return c.replyAs(verb, route, form, body)
}

func (c *challenge) replyAs(verb, route, contentType string, body []byte) (methods.Replied, error) {
	c.Helper()
	for _, r := range c.methods[c.attempt.Method].Answer {
		if r.Verb != verb || r.Name != route {
			continue
		}
		replied, err := r.Serve(c.Context(), methods.Reply{
			Attempt: c.attempt, ChallengeID: c.id, State: c.state, Used: c.used, ContentType: contentType, Body: body,
			Now: now, Merchant: "Shop", Keep: func(_ context.Context, state any) error { c.keep(state, nil); return nil },
		})
		if err == nil && replied.State != nil {
			c.keep(replied.State, replied.Data)
		}
		return replied, err
	}
	c.Fatalf("there is no route %s", route)
	return methods.Replied{}, nil
}

// accept submits members to the method, twice: a repeat must have the same bytes.
func (c *challenge) accept(members map[string]any) (json.RawMessage, error) {
	c.Helper()
	var payloads [2]json.RawMessage
	for i := range payloads {
		text, err := json.Marshal(members)
		require.NoError(c, err)
		taken, err := c.methods[c.attempt.Method].Accept.Accept(c.Context(), methods.Given{
			Attempt: c.attempt, Input: input(text), Held: c, Today: rules.DateOf(now),
		})
		if err != nil {
			return nil, err
		}
		payloads[i], err = json.Marshal(taken.Payload)
		require.NoError(c, err)
	}
	require.Equal(c, string(payloads[0]), string(payloads[1]))
	return payloads[0], nil
}

// submits submits the answer of the browser.
func (c *challenge) submits(p openid4vp.Protocol, answer []byte) (json.RawMessage, error) {
	c.Helper()
	return c.accept(map[string]any{"challenge": c.id, "protocol": p, "data": jsontext.Value(answer)})
}

// judged judges a payload that arrived now.
func (c *challenge) judged(payload json.RawMessage) methods.Verdict {
	c.Helper()
	return c.judgedAt(payload, now)
}

func (c *challenge) judgedAt(payload json.RawMessage, at time.Time) methods.Verdict {
	c.Helper()
	v, err := c.methods[c.attempt.Method].Judge.Judge(c.Context(), methods.Submission{
		Attempt: c.attempt, Payload: payload, Received: at, Today: rules.DateOf(at.Add(-12 * time.Hour)),
	})
	require.NoError(c, err)
	return v
}

// shows submits an mdoc over the Digital Credentials API, and returns the verdict.
func (c *challenge) shows(document *mdoctest.Mdoc) methods.Verdict {
	c.Helper()
	r := c.signed()
	payload, err := c.submits(openid4vp.Signed,
		r.Data(r.Token(map[string][]string{r.Query.Credentials[0].ID: {r.Mdoc(document)}})))
	require.NoError(c, err)
	return c.judged(payload)
}

// mdl returns a driving licence with a few of its elements; nil shows all of them.
func (w *world) mdl(elements ...string) *mdoctest.Mdoc {
	document := mdoctest.NewMDL(w.state)
	all := append(document.Items[mdoc.NamespaceMDL], mdoctest.Item{Element: "given_name", Value: "Erika"},
		mdoctest.Item{Element: "issuing_authority", Value: "NY DMV"})
	var items []mdoctest.Item
	for _, item := range all {
		if len(elements) == 0 || contains(elements, item.Element) {
			items = append(items, item)
		}
	}
	document.Items[mdoc.NamespaceMDL] = items
	return document
}

func contains(list []string, one string) bool {
	for _, other := range list {
		if other == one {
			return true
		}
	}
	return false
}
