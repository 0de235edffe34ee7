package condition

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Default is the index that [Evaluate] returns if no condition is true.
const Default = -1

// Evaluate returns the index, from 0, of the first condition that is true, or
// [Default], and the reason in words; the reason counts cases from 1. A
// condition that cannot be evaluated, such as int(metadata.age) > 17 with a
// value that is not a number, counts as false, and the reason mentions it. The
// reason quotes conditions and never values, for values may be personal.
//
// The error reports a condition that [Programs.Check] refuses. Such a condition
// does not count as false, because it may be there to keep a user out.
//
// Evaluate caches the programs used last. It is for conditions of published
// workflows; drafts and simulations have [Programs] of their own.
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

func sentence(result string, failed []string) string {
	return strings.Join(append([]string{result}, failed...), "; ")
}

// whyNot describes the failure of a condition without the engine's own text,
// which quotes values.
func whyNot(err error) string {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded {
		return "took too much work"
	}
	return "could not be evaluated"
}

// longestQuote is the length, in characters, at which a quoted condition is cut.
const longestQuote = 200

// shorten puts a condition on one line and cuts it to longestQuote characters.
func shorten(expr string) string {
	runes := []rune(strings.Join(strings.Fields(expr), " "))
	if len(runes) <= longestQuote {
		return string(runes)
	}
	return string(runes[:longestQuote-1]) + "…"
}
