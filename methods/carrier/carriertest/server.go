// Package carriertest is a mobile operator for tests: an authorization server of OAuth 2 and OpenID CIBA, Number
// Verification, KYC Age Verification and KYC Match. It refuses requests that do not fit CAMARA's interfaces, and panics
// on answers of its own that do not.
package carriertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// Names of the client.
const (
	ClientID = "stile"
	Purpose  = "dpv:AgeVerification"
)

// The scopes of the interfaces that are called with a token of the line or of the client.
const (
	ScopeAge   = "kyc-age-verification:verify"
	ScopeMatch = "kyc-match:match"
)

// Server is the operator. Set its fields under Set.
type Server struct {
	URL string

	server *httptest.Server
	key    *ecdsa.PrivateKey
	specs  []spec

	mu       sync.Mutex
	behave   Behaviour
	codes    map[string]grant // by code
	consents map[string]int   // polls by auth_req_id
	tokens   map[string]grant
	requests []string
	scopes   []string
	serial   int
}

// Behaviour is how the operator treats the next requests.
type Behaviour struct {
	// Line is the number of the line over which browsers come.
	Line string
	// Age of the customer; negative means that the operator does not know it.
	Age int
	// Customer is compared with the members of a question to KYC Match.
	Customer Customer
	// Pending is the number of polls before the customer answers; Refuses means that the answer is no.
	Pending int
	Refuses bool
	// Interval is that of polls in seconds; 0 means 1.
	Interval int
	// Expired makes every question expire at once.
	Expired bool
	// Refuse are codes with their status by path, such as "/age/verify": {404, "IDENTIFIER_NOT_FOUND"}.
	Refuse map[string]Refusal
	// Raw are answers by path that replace the documented ones.
	Raw map[string]string
	// Hang has requests of a path wait until the client goes away.
	Hang map[string]bool
}

// Customer is the operator's record of its customer; an empty member is not available.
type Customer struct {
	GivenName  string `json:"givenName"`
	FamilyName string `json:"familyName"`
	BirthDate  string `json:"birthdate"`
}

// Refusal is an error answer.
type Refusal struct {
	Status int
	Code   string
}

type grant struct {
	scope, phone, challenge, redirect string
	client                            bool // of the client itself
}

// Start starts an operator. Specs is the folder of the descriptions.
func Start(specs string) (*Server, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	s := &Server{
		key: key, codes: map[string]grant{}, consents: map[string]int{}, tokens: map[string]grant{},
		behave: Behaviour{Age: 30},
	}
	for at, file := range map[string]string{
		"/number": "number-verification.yaml", "/age": "kyc-age-verification.yaml", "/match": "kyc-match.yaml",
	} {
		loaded, err := loadSpec(at, filepath.Join(specs, file))
		if err != nil {
			return nil, err
		}
		s.specs = append(s.specs, loaded)
	}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	return s, nil
}

// Close stops the operator.
func (s *Server) Close() {
	s.server.CloseClientConnections()
	s.server.Close()
}

// Set changes the behaviour.
func (s *Server) Set(change func(b *Behaviour)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.behave)
}

// Requests returns the paths of the requests so far.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// Scopes returns the scopes for which tokens were asked so far.
func (s *Server) Scopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.scopes...)
}

// KeyPEM returns the private key of the client.
func (s *Server) KeyPEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// Settings returns a configuration file with the operator, whose key is at a path.
func (s *Server) Settings(keyPath string, flows ...string) string {
	return fmt.Sprintf(`carriers:
  - id: example-mobile
    name: Example Mobile
    country: DE
    prefixes: ["+49151", "+49160"]
    issuer: %[1]s
    client_id: %[2]s
    key: %[3]s
    purpose: %[4]s
    flows: [%[5]s]
    asks_on_device: true
    age_verification: %[1]s/age
    number_verification: %[1]s/number
    match: %[1]s/match
`, s.URL, ClientID, keyPath, Purpose, strings.Join(flows, ", "))
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.behave
	s.requests = append(s.requests, r.URL.Path)
	s.mu.Unlock()
	if b.Hang[r.URL.Path] {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client goes away
		<-r.Context().Done()
		return
	}
	if raw, set := b.Raw[r.URL.Path]; set {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(raw))
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(w, 200, map[string]any{
			"issuer": s.URL, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token",
			"backchannel_authentication_endpoint":            s.URL + "/bc-authorize",
			"authorization_response_iss_parameter_supported": true,
		})
	case "/authorize":
		s.authorize(w, r, b)
	case "/bc-authorize":
		s.ask(w, r, b)
	case "/token":
		s.token(w, r, b)
	case "/number/verify", "/age/verify", "/match/match":
		s.camara(w, r, b)
	default:
		http.NotFound(w, r)
	}
}

// refuses answers with the error of OAuth 2 that the behaviour names for the path.
func refuses(w http.ResponseWriter, r *http.Request, b Behaviour) bool {
	refusal, set := b.Refuse[r.URL.Path]
	if set {
		answer(w, refusal.Status, map[string]any{"error": refusal.Code})
	}
	return set
}

// authorize recognises the line of the browser and sends it back at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, b Behaviour) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("code_challenge_method") != "S256" ||
		q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "the request is wrong", http.StatusBadRequest)
		return
	}
	result := url.Values{"state": {q.Get("state")}, "iss": {s.URL}}
	switch refusal, refused := b.Refuse["/authorize"]; {
	case refused:
		result.Set("error", refusal.Code)
	case b.Line == "":
		result.Set("error", "login_required")
	default:
		result.Set("code", s.keep(s.codes, grant{
			scope: q.Get("scope"), phone: b.Line, challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"),
		}))
	}
	back.RawQuery = result.Encode()
	w.Header().Set("Location", back.String())
	w.WriteHeader(http.StatusFound)
}

func (s *Server) keep(in map[string]grant, g grant) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	if g.scope != "" && !slices.Contains(s.scopes, g.scope) {
		s.scopes = append(s.scopes, g.scope)
	}
	id := fmt.Sprintf("secret-%d", s.serial)
	in[id] = g
	return id
}

// authenticated checks the assertion of private_key_jwt.
func (s *Server) authenticated(w http.ResponseWriter, r *http.Request) bool {
	_ = r.ParseForm()
	token, err := jwt.Parse([]byte(r.PostForm.Get("client_assertion")),
		jwt.WithKey(jwa.ES256(), &s.key.PublicKey), jwt.WithIssuer(ClientID), jwt.WithSubject(ClientID),
		jwt.WithAudience(s.URL+r.URL.Path), jwt.WithRequiredClaim("jti"),
		jwt.WithAcceptableSkew(2*time.Hour)) // tests move the client's clock
	if err == nil {
		issued, _ := token.IssuedAt()
		until, _ := token.Expiration()
		if until.Sub(issued) > 300*time.Second {
			err = fmt.Errorf("it lives too long")
		}
	}
	if err != nil {
		answer(w, 401, map[string]any{"error": "invalid_client"})
		return false
	}
	return true
}

func (s *Server) ask(w http.ResponseWriter, r *http.Request, b Behaviour) {
	if !s.authenticated(w, r) || refuses(w, r, b) {
		return
	}
	phone, found := strings.CutPrefix(r.PostForm.Get("login_hint"), "tel:")
	scope := r.PostForm.Get("scope")
	if !found || !scoped(scope, "openid", Purpose, ScopeAge) && !scoped(scope, "openid", Purpose, ScopeAge, ScopeMatch) {
		answer(w, 400, map[string]any{"error": "invalid_request"})
		return
	}
	id := s.keep(s.codes, grant{scope: scope, phone: phone})
	answer(w, 200, map[string]any{"auth_req_id": id, "expires_in": 120, "interval": max(b.Interval, 1)})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request, b Behaviour) {
	if !s.authenticated(w, r) || refuses(w, r, b) {
		return
	}
	form := r.PostForm
	switch form.Get("grant_type") {
	case "client_credentials":
		if scope := form.Get("scope"); !scoped(scope, Purpose, ScopeAge) && !scoped(scope, Purpose, ScopeMatch) {
			answer(w, 400, map[string]any{"error": "invalid_scope"})
			return
		}
		s.issue(w, grant{scope: form.Get("scope"), client: true})
	case "authorization_code":
		g, known := s.take(form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !known || g.redirect != form.Get("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			answer(w, 400, map[string]any{"error": "invalid_grant"})
			return
		}
		s.issue(w, g)
	case "urn:openid:params:grant-type:ciba":
		s.poll(w, form.Get("auth_req_id"), b)
	default:
		answer(w, 400, map[string]any{"error": "unsupported_grant_type"})
	}
}

func (s *Server) poll(w http.ResponseWriter, id string, b Behaviour) {
	s.mu.Lock()
	_, known := s.codes[id]
	s.consents[id]++
	polls := s.consents[id]
	s.mu.Unlock()
	code := ""
	switch {
	case !known:
		code = "invalid_grant"
	case b.Expired:
		code = "expired_token"
	case polls <= b.Pending:
		code = "authorization_pending"
	case b.Refuses:
		code = "access_denied"
	}
	if code != "" {
		answer(w, 400, map[string]any{"error": code})
		return
	}
	g, _ := s.take(id)
	s.issue(w, g)
}

func (s *Server) take(id string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, known := s.codes[id]
	delete(s.codes, id)
	return g, known
}

func (s *Server) issue(w http.ResponseWriter, g grant) {
	answer(w, 200, map[string]any{"access_token": s.keep(s.tokens, g), "token_type": "Bearer", "expires_in": 300})
}

func scoped(text string, scopes ...string) bool {
	return strings.Join(scopes, " ") == text
}

func answer(w http.ResponseWriter, status int, object any) {
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// camara serves the interfaces. Request and answer must fit their descriptions.
func (s *Server) camara(w http.ResponseWriter, r *http.Request, b Behaviour) {
	status, object := s.answerOf(r, b)
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	if err := s.checkAnswer(context.WithoutCancel(r.Context()), r, status, body); err != nil {
		panic("the answer does not fit CAMARA's interface: " + err.Error())
	}
	answer(w, status, object)
}
