package graph

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/rules/jsonfault"
	"github.com/stile-id/stile/rules/number"
)

// DecodeError reports the place at which the JSON of a graph is invalid, in words for its author. It repeats no value.
type DecodeError struct {
	// Path is the path of the fault: "graph.nodes.pick.members[0].method".
	Path    string
	Message string
}

// Error joins path and message.
func (e *DecodeError) Error() string {
	return e.Path + ": " + e.Message
}

// MarshalJSON writes the object form, in the order of the slice.
func (n SourceNodes) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, v := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := stdjson.Marshal(v.ID)
		if err != nil {
			return nil, err
		}
		value, err := readable(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%s:%s", key, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// readable writes JSON without HTML escapes, because conditions hold && and <.
func readable(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := stdjson.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

var (
	errTooDeep     = fmt.Errorf("sub-graphs are nested too deep: %d graphs within one another are allowed", DeepestGraph)
	errNotByNodeID = errors.New("must be an object keyed by node id")
)

// UnmarshalJSON reads a graph strictly: an unknown field, a repeated field or node, and a value of the wrong type are
// errors of type [*DecodeError], because each would silently lose a setting of the merchant.
func (s *Source) UnmarshalJSON(data []byte) error {
	depth := 0
	nested := json.UnmarshalFromFunc(func(dec *jsontext.Decoder, inner *Source) error {
		if depth == DeepestGraph {
			return errTooDeep
		}
		depth++
		defer func() { depth-- }()
		type plain Source // plain has no UnmarshalJSON, which would count from 0 again
		return json.UnmarshalDecode(dec, (*plain)(inner))
	})
	var read Source
	readers := json.WithUnmarshalers(json.JoinUnmarshalers(nested, number.Unmarshalers()))
	if err := json.Unmarshal(data, &read, json.RejectUnknownMembers(true), readers); err != nil {
		return explain(err)
	}
	*s = read
	return nil
}

// UnmarshalJSONFrom reads the object form; null means no nodes.
func (n *SourceNodes) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*n = nil
	switch dec.PeekKind() {
	case jsontext.KindNull:
		return dec.SkipValue()
	case jsontext.KindBeginObject:
	default:
		return errors.Join(errNotByNodeID, dec.SkipValue())
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		key, err := dec.ReadToken()
		if err != nil {
			return err
		}
		v := SourceNode{ID: key.String()}
		if err := json.UnmarshalDecode(dec, &v); err != nil {
			return err
		}
		*n = append(*n, v)
	}
	n.sort()
	_, err := dec.ReadToken()
	return err
}

// explain rewrites a decoder's error in words for the author.
func explain(err error) error {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, errTooDeep) && errors.As(err, &semantic):
		return &DecodeError{pathOf(semantic.JSONPointer), errTooDeep.Error()}
	case errors.Is(err, errNotByNodeID) && errors.As(err, &semantic):
		return &DecodeError{pathOf(semantic.JSONPointer), errNotByNodeID.Error()}
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &semantic):
		return &DecodeError{pathOf(semantic.JSONPointer), "there is no such field: remove it, or correct its name"}
	case errors.As(err, &semantic):
		return &DecodeError{pathOf(semantic.JSONPointer), "must be " + jsonfault.Expected(semantic.GoType)}
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntactic):
		return &DecodeError{pathOf(syntactic.JSONPointer), "appears more than once"}
	case errors.As(err, &syntactic):
		return &DecodeError{pathOf(syntactic.JSONPointer), "is not valid JSON"}
	default:
		return err
	}
}

// pathOf writes a JSON pointer into a graph. Nodes are keyed by id.
func pathOf(pointer jsontext.Pointer) string { return jsonfault.Path("graph", pointer, "nodes") }
