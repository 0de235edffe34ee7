// Package captchatest is a verifier with the protocol of Cloudflare Turnstile, for tests.
package captchatest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Secret is the secret of the verifier's site.
const Secret = "site of the test"

// Verifier answers as siteverify does. It knows the tokens that Issue returned.
type Verifier struct {
	*httptest.Server
	mu    sync.Mutex
	hosts map[string]string // of the tokens
	used  map[string]string // by which idempotency key
	// asked are the forms of all requests.
	asked []map[string]string
	// broken, if set, answers all requests.
	broken http.HandlerFunc
}

// New starts a verifier. The caller closes it.
func New() *Verifier {
	v := &Verifier{hosts: map[string]string{}, used: map[string]string{}}
	v.Server = httptest.NewServer(http.HandlerFunc(v.serve))
	return v
}

// Issue makes the token valid for one request, as made by a visitor of the host.
func (v *Verifier) Issue(token, host string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hosts[token] = host
	return token
}

// Break has the handler answer all requests; nil repairs the verifier.
func (v *Verifier) Break(handler http.HandlerFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken = handler
}

// Asked returns the forms of all requests.
func (v *Verifier) Asked() []map[string]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]map[string]string{}, v.asked...)
}

func (v *Verifier) serve(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	broken := v.broken
	v.mu.Unlock()
	if broken != nil {
		broken(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v.verify(r))
}

func (v *Verifier) verify(r *http.Request) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		return refuse("bad-request")
	}
	form := map[string]string{}
	for name := range r.PostForm {
		form[name] = r.PostForm.Get(name)
	}
	v.asked = append(v.asked, form)
	token, key := form["response"], form["idempotency_key"]
	host, known := v.hosts[token]
	by, used := v.used[token]
	switch {
	case form["secret"] != Secret:
		return refuse("invalid-input-secret")
	case !known:
		return refuse("invalid-input-response")
	case used && (key == "" || key != by):
		return refuse("timeout-or-duplicate")
	}
	v.used[token] = key
	return map[string]any{
		"success": true, "error-codes": []string{}, "hostname": host, "challenge_ts": "2026-11-28T12:00:00Z", "action": "",
	}
}

func refuse(code string) map[string]any {
	return map[string]any{"success": false, "error-codes": []string{code}}
}
