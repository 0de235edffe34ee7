package carriertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// spec is the description of an interface that is served below a path.
type spec struct {
	at     string
	router routers.Router
}

func loadSpec(at, file string) (spec, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	document, err := loader.LoadFromFile(file)
	if err != nil {
		return spec{}, err
	}
	document.Servers = openapi3.Servers{{URL: at}}
	router, err := gorillamux.NewRouter(document)
	return spec{at, router}, err
}

func (s *Server) input(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	for _, one := range s.specs {
		if !strings.HasPrefix(r.URL.Path, one.at+"/") {
			continue
		}
		route, params, err := one.router.FindRoute(r)
		return &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{
				AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
			},
		}, err
	}
	return nil, routers.ErrPathNotFound
}

func (s *Server) checkRequest(r *http.Request) error {
	in, err := s.input(r)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(r.Context(), in)
}

func (s *Server) checkAnswer(ctx context.Context, r *http.Request, status int, body []byte) error {
	in, err := s.input(r)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)), Options: in.Options,
	})
}

func fault(status int, code string) (int, map[string]any) {
	return status, map[string]any{"status": status, "code": code, "message": "The operator refuses the request."}
}

// answerOf returns the documented answer to a request.
func (s *Server) answerOf(r *http.Request, b Behaviour) (int, map[string]any) {
	if err := s.checkRequest(r); err != nil {
		return fault(http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	if refusal, set := b.Refuse[r.URL.Path]; set {
		return fault(refusal.Status, refusal.Code)
	}
	var sent struct {
		Phone     string `json:"phoneNumber"`
		Threshold int    `json:"ageThreshold"`
		Customer
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		return fault(http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	s.mu.Lock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, known := s.tokens[token]
	if strings.Contains(g.scope, "number-verification:") {
		delete(s.tokens, token) // such tokens are good for one call
	}
	s.mu.Unlock()
	if !known {
		return fault(http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	switch r.URL.Path {
	case "/number/verify":
		return verifyNumber(g, sent.Phone)
	case "/match/match":
		return match(g, sent.Phone, sent.Customer, b.Customer)
	default:
		return verifyAge(g, sent.Phone, sent.Threshold, b)
	}
}

// permits reports whether a token is good for an interface.
func (g grant) permits(scope string) bool { return slices.Contains(strings.Fields(g.scope), scope) }

// match compares each member of the question with the customer. KYC Match accepts the number of the line next to the
// token of the line; this server refuses it, because the client need not send it.
func match(g grant, phone string, sent, customer Customer) (int, map[string]any) {
	switch {
	case !g.permits(ScopeMatch):
		return fault(http.StatusForbidden, "PERMISSION_DENIED")
	case g.client && phone == "":
		return fault(http.StatusUnprocessableEntity, "MISSING_IDENTIFIER")
	case !g.client && phone != "":
		return fault(http.StatusForbidden, "INVALID_TOKEN_CONTEXT")
	}
	got := map[string]any{}
	for name, pair := range map[string][2]string{
		"givenNameMatch": {sent.GivenName, customer.GivenName}, "familyNameMatch": {sent.FamilyName, customer.FamilyName},
		"birthdateMatch": {sent.BirthDate, customer.BirthDate},
	} {
		got[name] = "not_available"
		if pair[1] != "" {
			got[name] = strconv.FormatBool(pair[0] == pair[1])
		}
	}
	if got["familyNameMatch"] == "false" {
		got["familyNameMatchScore"] = 97
	}
	return http.StatusOK, got
}

func verifyNumber(g grant, phone string) (int, map[string]any) {
	if !g.permits("number-verification:verify") {
		return fault(http.StatusForbidden, "PERMISSION_DENIED")
	}
	return http.StatusOK, map[string]any{"devicePhoneNumberVerified": g.phone == phone}
}

func verifyAge(g grant, phone string, threshold int, b Behaviour) (int, map[string]any) {
	switch {
	case !g.permits(ScopeAge):
		return fault(http.StatusForbidden, "PERMISSION_DENIED")
	case g.client && phone == "":
		return fault(http.StatusUnprocessableEntity, "MISSING_IDENTIFIER")
	case !g.client && phone != "":
		return fault(http.StatusUnprocessableEntity, "UNNECESSARY_IDENTIFIER")
	case b.Age < 0:
		return http.StatusOK, map[string]any{"ageCheck": "not_available"}
	case b.Age < threshold:
		return http.StatusOK, map[string]any{"ageCheck": "false", "verifiedStatus": true}
	default:
		return http.StatusOK, map[string]any{"ageCheck": "true", "verifiedStatus": true}
	}
}
