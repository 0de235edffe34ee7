package condition

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Default as the index that [Evaluate] returns means that no condition is true.
const Default = -1

// Evaluate returns the index, from 0, of the first condition that is true, or
// [Default], with the reason in words, which count cases from 1. A condition
// that cannot be evaluated, such as int(metadata.age) > 17 where that is no
// number, counts as false; the reason says so. The reason quotes conditions
// and never values, for those may be personal.
//
// The error tells of a condition that [Programs.Check] refuses. No reason can
// replace it: a rule that is not understood is not false.
//
// Evaluate keeps the programs that the process used last. It is for conditions
// of published workflows; drafts and simulations have [Programs] of their own.
func Evaluate(conditions []string, v Variables) (index int, reason string, err error) {
	return evaluate(compiled.compile, conditions, v)
}

func evaluate(
	compile func(string) (program, error), conditions []string, v Variables,
) (index int, reason string, err error) {
	activation := v.activation()
	var failed []string
	for i, expr := range conditions {
		program, err := compile(expr)
		if err != nil {
			return Default, "", fmt.Errorf("case %d: %w", i+1, err)
		}
		value, _, err := program.Eval(activation)
		switch {
		case err != nil:
			failed = append(failed, fmt.Sprintf("case %d %s and counts as false", i+1, whyNot(err)))
		case value == types.True:
			return i, sentence(fmt.Sprintf("case %d: %s", i+1, shorten(expr)), failed), nil
		}
	}
	return Default, sentence("default: no condition is true", failed), nil
}

func sentence(what string, failed []string) string {
	return strings.Join(append([]string{what}, failed...), "; ")
}

// whyNot words the failure of a condition without the engine's own text, which
// quotes values.
func whyNot(err error) string {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded {
		return "took too much work"
	}
	return "could not be evaluated"
}

// longestQuote keeps a reason to a line or two.
const longestQuote = 200

// shorten puts a condition on one line and cuts a long one.
func shorten(expr string) string {
	runes := []rune(strings.Join(strings.Fields(expr), " "))
	if len(runes) <= longestQuote {
		return string(runes)
	}
	return string(runes[:longestQuote-1]) + "…"
}
