// Command provider judges documents for Stile, as your own provider would: it checks the signature, examines the
// submission, and answers with a verdict at once, or sends it to the callback URL if there is one.
//
//	PROVIDER_SECRET=pcsec_… go run ./examples/provider -listen 127.0.0.1:9700
//
// It accepts {"input": {"date_of_birth": "1990-01-31", "expires": "2031-05-01"}}; see docs/providers.md.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type submission struct {
	ID          string  `json:"id"`
	AgeTier     string  `json:"age_tier"` // such as min_age_21
	CallbackURL *string `json:"callback_url"`
	Input       struct {
		DateOfBirth string `json:"date_of_birth"`
		Expires     string `json:"expires"`
	} `json:"input"`
}

type verdict struct {
	Outcome     string   `json:"outcome"`
	ReasonCodes []string `json:"reason_codes,omitempty"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9700", "address to listen on")
	flag.Parse()
	secret := os.Getenv("PROVIDER_SECRET")
	if secret == "" {
		fmt.Fprintln(os.Stderr, "set PROVIDER_SECRET to the secret of the connector")
		os.Exit(2)
	}
	server := http.Server{Addr: *listen, Handler: provider{secret}, ReadTimeout: 10 * time.Second}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

type provider struct{ secret string }

func (p provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
	if err != nil || p.verify(r.Header.Get("Stile-Signature"), body) != nil {
		http.Error(w, "not from Stile", http.StatusUnauthorized)
		return
	}
	var s submission
	if err := json.Unmarshal(body, &s); err != nil {
		http.Error(w, "not a submission", http.StatusBadRequest)
		return
	}
	if s.CallbackURL == nil {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(judge(s, time.Now()))
		return
	}
	w.WriteHeader(http.StatusAccepted) // a real provider would first queue the submission, by its id
	go p.callBack(context.WithoutCancel(r.Context()), *s.CallbackURL, judge(s, time.Now()))
}

func judge(s submission, now time.Time) verdict {
	born, errBorn := time.Parse(time.DateOnly, s.Input.DateOfBirth)
	expires, errExpires := time.Parse(time.DateOnly, s.Input.Expires)
	years, errTier := strconv.Atoi(strings.TrimPrefix(s.AgeTier, "min_age_"))
	switch {
	case errors.Join(errBorn, errExpires, errTier) != nil:
		return verdict{"failed", []string{"unreadable"}}
	case expires.Before(now):
		return verdict{"failed", []string{"document_expired"}}
	case born.AddDate(years, 0, 0).After(now):
		return verdict{"failed", []string{"under_age"}}
	}
	return verdict{Outcome: "passed"}
}

// callBack repeats the callback until Stile has answered, because a lost verdict leaves a user waiting.
func (p provider) callBack(ctx context.Context, url string, v verdict) {
	body, _ := json.Marshal(v)
	for wait := time.Second; wait < time.Hour; wait *= 2 {
		if p.post(ctx, url, body) {
			return
		}
		<-time.After(wait)
	}
}

// post reports whether a repeat would change nothing: Stile has accepted the verdict or refused it for good.
func (p provider) post(ctx context.Context, url string, body []byte) (final bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return true // not a URL
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Stile-Signature", "t="+timestamp+",v1="+p.sign(timestamp, body))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests
}

func (p provider) verify(header string, body []byte) error {
	timestamp, signature, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("the signature is too old, or none")
	}
	if !hmac.Equal([]byte(signature), []byte(p.sign(timestamp, body))) {
		return errors.New("the signature is of another body or secret")
	}
	return nil
}

func (p provider) sign(timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(p.secret))
	fmt.Fprintf(mac, "%s.%s", timestamp, body)
	return hex.EncodeToString(mac.Sum(nil))
}
