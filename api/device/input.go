package device

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// methodInput is a JSON object that a device sent for a method. The method decides which members it may have.
type methodInput struct {
	// members are those that are neither null nor an empty string, which mean absent.
	members map[string]jsontext.Value
}

// readInput reads an object of any members.
func readInput(body []byte) (sessions.Input, error) {
	var in methodInput
	if err := rest.DecodeSome(body, &in.members); err != nil {
		return nil, err
	}
	for name, value := range in.members {
		if !rest.Present(value) {
			delete(in.members, name)
		}
	}
	return in, nil
}

// readMethodInput reads the method in the path of a call and the input in its body.
func readMethodInput(c *rest.Call) (method rules.Method, in sessions.Input, err error) {
	if method, err = rest.ParseMethod(c.Gin.Param("method")); err != nil {
		return method, nil, err
	}
	in, err = readInput(c.Body)
	return method, in, err
}

// Has implements sessions.Input.
func (in methodInput) Has(member string) bool {
	_, given := in.members[member]
	return given
}

// Read implements sessions.Input.
func (in methodInput) Read(into any) error {
	body, err := json.Marshal(in.members, json.Deterministic(true))
	if err != nil {
		return err
	}
	return rest.Decode(body, into)
}
