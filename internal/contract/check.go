package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func (c *Contract) checkResponse(e exchange, route *routers.Route) []string {
	responses := route.Operation.Responses
	ref := responses.Status(e.status)
	if ref == nil {
		ref = responses.Default()
	}
	if ref == nil {
		return []string{"the status is not documented"}
	}
	return c.checkAgainst(ref.Value, e)
}

// checkAgainst returns the differences between an answer and its description. The answer to HEAD has all but the body.
func (c *Contract) checkAgainst(response *openapi3.Response, e exchange) []string {
	found := c.checkHeaders(response.Headers, e.header)
	switch {
	case e.request.Method == http.MethodHead:
		return append(found, checkHead(e)...)
	case len(response.Content) > 0:
		return append(found, c.checkBody("body", response.Content, e.header, e.body)...)
	case len(e.body) > 0:
		return append(found, "there is a body, and none is documented")
	}
	return found
}

func checkHead(e exchange) (found []string) {
	if len(e.body) > 0 {
		found = append(found, "there is a body in the answer to HEAD")
	}
	if e.header.Get("Content-Length") == "" && e.status != http.StatusNotModified {
		found = append(found, "header Content-Length is missing")
	}
	return found
}

func (c *Contract) checkHeaders(documented openapi3.Headers, got http.Header) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(documented)) {
		header, values := documented[name].Value, got.Values(name)
		if len(values) == 0 && header.Required {
			found = append(found, fmt.Sprintf("header %s is missing", name))
		}
		if header.Schema == nil {
			continue
		}
		for _, value := range values {
			for _, v := range violations(c.schemas[header.Schema.Value], headerValue(header.Schema.Value, value)) {
				found = append(found, fmt.Sprintf("header %s: %s", name, v))
			}
		}
	}
	return found
}

// headerValue returns a header's text as the type of its schema.
func headerValue(schema *openapi3.Schema, text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && schema.Type.Is(openapi3.TypeInteger) {
		return n
	}
	return text
}

func (c *Contract) checkBody(name string, content openapi3.Content, header http.Header, body []byte) []string {
	contentType := header.Get("Content-Type")
	media := content.Get(contentType)
	if media == nil {
		return []string{fmt.Sprintf("%s has the undocumented content type %q", name, contentType)}
	}
	if media.Schema == nil || !isJSON(contentType) {
		return nil
	}
	return checkJSON(name, c.schemas[media.Schema.Value], body)
}

func isJSON(contentType string) bool {
	base, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	base = strings.TrimSpace(base)
	return base == "application/json" || strings.HasSuffix(base, "+json")
}

func checkJSON(name string, schema *jsonschema.Schema, body []byte) []string {
	value, err := decodeJSON(body)
	if err != nil {
		return []string{fmt.Sprintf("%s is not JSON: %v", name, err)}
	}
	var found []string
	for _, v := range violations(schema, value) {
		found = append(found, name+" "+v)
	}
	return found
}

// checkRequest returns the violations of an accepted request. The API should have refused a request with any.
func (c *Contract) checkRequest(e exchange, route *routers.Route, params map[string]string) []string {
	request := e.request.Clone(e.request.Context())
	request.Body = http.NoBody
	err := openapi3filter.ValidateRequest(request.Context(), &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError: true, ExcludeRequestBody: true, SkipSettingDefaults: true, AuthenticationFunc: hasCredential,
		},
	})
	return append(requestViolations(err), c.checkRequestBody(e, route)...)
}

func (c *Contract) checkRequestBody(e exchange, route *routers.Route) []string {
	documented := route.Operation.RequestBody
	switch {
	case documented == nil:
		return nil
	case len(e.requestBody) == 0 && documented.Value.Required:
		return []string{"accepted without the required request body"}
	case len(e.requestBody) == 0:
		return nil
	}
	body := withoutEmptyStrings(e.requestBody)
	return c.checkBody("accepted with a wrong request body:", documented.Value.Content, e.request.Header, body)
}

// withoutEmptyStrings removes members that are empty strings: the document says once that the API treats them as
// absent.
func withoutEmptyStrings(body []byte) []byte {
	value, err := decodeJSON(body)
	if err != nil {
		return body
	}
	dropEmptyStrings(value)
	written, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return written
}

func dropEmptyStrings(value any) {
	switch value := value.(type) {
	case map[string]any:
		maps.DeleteFunc(value, func(_ string, member any) bool { return member == "" })
		for _, member := range value {
			dropEmptyStrings(member)
		}
	case []any:
		for _, entry := range value {
			dropEmptyStrings(entry)
		}
	}
}

// tokenPrefix is the extension of a security scheme that names the prefix of its tokens.
const tokenPrefix = "x-token-prefix"

var errNoCredential = errors.New("no such credential")

// hasCredential checks that the request carries a token with the scheme's prefix. The API itself checks the token.
func hasCredential(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	token, ok := strings.CutPrefix(input.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	prefix, _ := input.SecurityScheme.Extensions[tokenPrefix].(string)
	if !ok || !strings.HasPrefix(token, prefix) {
		return errNoCredential
	}
	return nil
}

// requestViolations returns each error of kin-openapi as one line.
func requestViolations(err error) []string {
	switch err := err.(type) { //nolint:errorlint // unwrapping would lose which parameter it is
	case nil:
		return nil
	case openapi3.MultiError:
		var found []string
		for _, one := range err {
			found = append(found, requestViolations(one)...)
		}
		return found
	case *openapi3filter.SecurityRequirementsError:
		return []string{"accepted without a credential of the documented kind"}
	case *openapi3filter.RequestError:
		if err.Parameter != nil {
			at := fmt.Sprintf("%s parameter %q", err.Parameter.In, err.Parameter.Name)
			return []string{"accepted with a wrong " + at + ": " + reason(err)}
		}
	}
	return []string{"accepted with a wrong request: " + err.Error()}
}

func reason(invalid *openapi3filter.RequestError) string {
	var mismatch *jsonschema.ValidationError
	switch {
	case errors.As(invalid.Err, &mismatch):
		return strings.Join(leaves(mismatch), " and ")
	case invalid.Err != nil:
		return invalid.Err.Error()
	}
	return invalid.Reason
}
