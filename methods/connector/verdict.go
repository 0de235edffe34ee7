package connector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/jsonfault"
	"github.com/stile-id/stile/rules/number"
)

// Fault is an error that names the faulty field of a verdict.
type Fault struct {
	Field   string // "" means the whole verdict
	Message string
}

func (f *Fault) Error() string { return f.Message }

// The limits of a verdict.
const (
	mostCodes   = 20
	mostChecks  = 50
	longestName = 64
)

// name is the form of names of checks and signals. No person's name, number or address has it.
var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// wireVerdict is a provider's verdict as it is sent, in the answer to a request or in a callback.
type wireVerdict struct {
	Outcome     *string
	AgeTier     *string
	ReasonCodes []string
	Checks      []wireCheck
	Risk        *wireRisk
}

type wireCheck struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

type wireRisk struct {
	Score   *int     `json:"score"`
	Signals []string `json:"signals"`
}

// ParseVerdict parses a provider's verdict. It ignores unknown fields, whatever their content. Its error is a *Fault.
func ParseVerdict(body []byte) (methods.Verdict, error) {
	fields, err := readFields(body)
	if err != nil {
		return methods.Verdict{}, err
	}
	var v wireVerdict
	into := []any{&v.Outcome, &v.AgeTier, &v.ReasonCodes, &v.Checks, &v.Risk}
	for i, name := range fieldsRead {
		raw, given := fields[name]
		if !given {
			continue
		}
		if err := json.Unmarshal(raw, into[i], json.WithUnmarshalers(number.Unmarshalers())); err != nil {
			return methods.Verdict{}, malformed(name, err)
		}
	}
	return v.check()
}

// fieldsRead are the names of a verdict's fields.
var fieldsRead = []string{"outcome", "age_tier", "reason_codes", "checks", "risk"}

// readFields returns the raw values of the known fields. It skips a byte order mark, and allows unknown fields to be
// repeated or in another character set.
func readFields(body []byte) (map[string]jsontext.Value, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != jsontext.KindBeginObject {
		return nil, &Fault{Message: "A verdict must be a JSON object"}
	}
	fields, err := readObject(dec)
	if err != nil {
		return nil, unreadable(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, &Fault{Message: "A verdict must be one JSON object, with nothing after it"}
	}
	return fields, nil
}

func readObject(dec *jsontext.Decoder) (map[string]jsontext.Value, error) {
	if _, err := dec.ReadToken(); err != nil { // {
		return nil, err
	}
	fields := map[string]jsontext.Value{}
	for dec.PeekKind() != jsontext.KindEndObject {
		if err := readField(dec, fields); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken() // }
	return fields, err
}

// unreadable returns the Fault of a body that is not a JSON object, or that names a field twice.
func unreadable(err error) error {
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Fault{Message: "The verdict ends too early to be valid JSON"}
	default:
		return &Fault{Message: "The verdict is not valid JSON"}
	}
}

func readField(dec *jsontext.Decoder, fields map[string]jsontext.Value) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	name := token.String()
	if !slices.Contains(fieldsRead, name) {
		return dec.SkipValue()
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if _, twice := fields[name]; twice {
		return &Fault{name, name + " is given twice"}
	}
	fields[name] = value.Clone()
	return nil
}

// malformed returns the Fault of a value of the wrong type.
func malformed(field string, err error) error {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return &Fault{field, field + " is not valid JSON, or gives a field twice"}
	}
	path := jsonfault.Path(field, semantic.JSONPointer)
	return &Fault{path, path + " must be " + jsonfault.Expected(semantic.GoType)}
}

func (v wireVerdict) check() (methods.Verdict, error) {
	read := methods.Verdict{}
	for _, part := range []func(*methods.Verdict) error{v.outcome, v.ageTier, v.reasons, v.checks, v.risk} {
		if err := part(&read); err != nil {
			return methods.Verdict{}, err
		}
	}
	return read, nil
}

// outcomes are the outcomes that a provider may give. The outcome error is Stile's own: a provider with an error
// answers with a 5xx.
var outcomes = []graph.Outcome{graph.OutcomePassed, graph.OutcomeFailed, graph.OutcomeRequiresInput}

func (v wireVerdict) outcome(into *methods.Verdict) error {
	if v.Outcome == nil {
		return &Fault{"outcome", "Missing required field: outcome"}
	}
	into.Outcome = graph.Outcome(*v.Outcome)
	if !slices.Contains(outcomes, into.Outcome) {
		return &Fault{"outcome", "outcome must be passed, failed or requires_input"}
	}
	return nil
}

func (v wireVerdict) ageTier(into *methods.Verdict) error {
	if v.AgeTier == nil {
		return nil
	}
	tier, known := rules.ParseAgeTier(*v.AgeTier)
	switch {
	case !known:
		return &Fault{"age_tier", "age_tier is not a known tier such as min_age_21"}
	case into.Outcome != graph.OutcomePassed:
		return &Fault{"age_tier", "age_tier belongs to an outcome of passed alone"}
	}
	into.AgeTier = &tier
	return nil
}

func (v wireVerdict) reasons(into *methods.Verdict) error {
	switch passed := into.Outcome == graph.OutcomePassed; {
	case passed && len(v.ReasonCodes) > 0:
		return &Fault{"reason_codes", "reason_codes say why a method did not pass"}
	case !passed && len(v.ReasonCodes) == 0:
		return &Fault{"reason_codes", "An outcome of " + *v.Outcome + " needs a reason code"}
	case len(v.ReasonCodes) > mostCodes:
		return &Fault{"reason_codes", fmt.Sprintf("reason_codes must not have more than %d entries", mostCodes)}
	}
	for i, text := range v.ReasonCodes {
		code, known := rules.ParseReasonCode(text)
		if !known || !code.GivenByMethod() {
			field := fmt.Sprintf("reason_codes[%d]", i)
			return &Fault{field, field + " is not a reason that a provider gives"}
		}
		into.ReasonCodes = append(into.ReasonCodes, code)
	}
	return nil
}

func (v wireVerdict) checks(into *methods.Verdict) error {
	if len(v.Checks) > mostChecks {
		return &Fault{"checks", fmt.Sprintf("checks must not have more than %d entries", mostChecks)}
	}
	for i, c := range v.Checks {
		field := fmt.Sprintf("checks[%d]", i)
		if err := checkName(field+".name", c.Name); err != nil {
			return err
		}
		passed := c.Status == string(graph.OutcomePassed)
		if !passed && c.Status != string(graph.OutcomeFailed) {
			return &Fault{field + ".status", field + ".status must be passed or failed"}
		}
		into.Checks = append(into.Checks, rules.Check{Name: c.Name, Passed: passed})
	}
	return nil
}

func (v wireVerdict) risk(into *methods.Verdict) error {
	if v.Risk == nil {
		return nil
	}
	if v.Risk.Score == nil || *v.Risk.Score < 0 || *v.Risk.Score > rules.HighestRisk {
		return &Fault{"risk.score", fmt.Sprintf("risk.score must be an integer from 0 to %d", rules.HighestRisk)}
	}
	if len(v.Risk.Signals) > mostCodes {
		return &Fault{"risk.signals", fmt.Sprintf("risk.signals must not have more than %d entries", mostCodes)}
	}
	for i, signal := range v.Risk.Signals {
		if err := checkName(fmt.Sprintf("risk.signals[%d]", i), signal); err != nil {
			return err
		}
	}
	into.Risk = &rules.Risk{Score: *v.Risk.Score, Signals: v.Risk.Signals}
	return nil
}

func checkName(field, text string) error {
	if len(text) > longestName || !name.MatchString(text) {
		return &Fault{field, fmt.Sprintf(
			"%s must be up to %d of the characters a-z, 0-9 and _, and begin with a letter", field, longestName)}
	}
	return nil
}
