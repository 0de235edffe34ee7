package condition

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
)

// Error is the fault of a condition, in words for the author of the workflow.
type Error struct {
	Message string
}

// Error returns the message. It may be shown to the merchant.
func (e *Error) Error() string {
	return e.Message
}

func refuse(format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...)}
}

// program is a compiled condition.
type program struct {
	cel.Program
	cost uint64 // the highest cost of a run, in CEL's units
}

// compile compiles a condition. It returns an [*Error] where the condition does
// not parse, names an unknown variable, is not of type bool, is too long or may
// cost too much; any other error is a fault of the engine.
func compile(expr string) (program, error) {
	if strings.TrimSpace(expr) == "" {
		return program{}, refuse("is required: write a condition such as risk.level == 'high'")
	}
	if utf8.RuneCountInString(expr) > LongestCondition {
		return program{}, refuse("must not have more than %d characters", LongestCondition)
	}
	env, err := environment()
	if err != nil {
		return program{}, fmt.Errorf("prepare CEL: %w", err)
	}
	checked, issues := env.Compile(expr)
	if issues.Err() != nil {
		return program{}, refuse("%s", describe(issues))
	}
	if kind := checked.OutputType(); !kind.IsExactType(cel.BoolType) {
		return program{}, refuse("must be true or false, not of type %s: compare it with something", kind)
	}
	cost, err := highest(env, checked)
	if err != nil {
		return program{}, err
	}
	runs, err := env.Program(checked, absentIsFalse(checked.NativeRep()), cel.CostLimit(highestCost))
	return program{runs, cost}, err
}

// highest returns the highest cost of a condition, in CEL's units, and an
// [*Error] where it exceeds highestCost.
func highest(env *cel.Env, checked *cel.Ast) (uint64, error) {
	estimate, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		return 0, errors.Join(refuse("its cost cannot be estimated: make it simpler"), err)
	}
	if estimate.Max > highestCost {
		return 0, refuse("may take too much work (%d units, %d are allowed): "+
			"loop over less, or compare with == instead of searching", estimate.Max, highestCost)
	}
	return estimate.Max, nil
}

// mostIssues is the number of mistakes that one message lists.
const mostIssues = 3

// describe lists the mistakes that CEL found, without the source text, which the
// author has.
func describe(issues *cel.Issues) string {
	var lines []string
	for _, issue := range issues.Errors() {
		if len(lines) == mostIssues {
			lines = append(lines, "and more")
			break
		}
		message := plain(issue.Message)
		if issue.Location.Line() < 1 {
			lines = append(lines, message)
			continue
		}
		lines = append(lines, fmt.Sprintf("at %d:%d: %s", issue.Location.Line(), issue.Location.Column()+1, message))
	}
	return strings.Join(lines, "; ")
}

// plain rewrites a message of CEL with the operators as the author wrote them: >
// instead of _>_.
func plain(message string) string {
	parts := strings.Split(strings.TrimSuffix(message, " (in container '')"), "'")
	for i, part := range parts {
		if name, ok := operators.FindReverse(part); ok && name != "" {
			parts[i] = name
		}
	}
	return strings.Join(parts, "'")
}
