package condition

import (
	"reflect"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/ext"
)

// Limits of one condition.
const (
	// LongestCondition counts characters.
	LongestCondition = 1000
	// deepestCondition counts nested parts, deepestLoop nested macros.
	deepestCondition = 50
	deepestLoop      = 2
	// highestCost bounds a condition, in CEL's units of work, at two moments: the estimated highest cost when it is
	// checked, and the real cost when it runs.
	highestCost = 100_000
)

// environment declares the variables. It is made once, at first use, because that takes a few milliseconds.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	env, err := cel.NewEnv(
		ext.NativeTypes(ext.ParseStructTag("json"), reflect.TypeFor[Previous](), reflect.TypeFor[Risk]()),
		cel.Variable("previous", cel.ObjectType("condition.Previous")),
		cel.Variable("risk", cel.ObjectType("condition.Risk")),
		cel.Variable("age_tier", cel.StringType),
		cel.Variable("jurisdiction", cel.StringType),
		cel.Variable("metadata", cel.MapType(cel.StringType, cel.StringType)),
		cel.ParserExpressionSizeLimit(LongestCondition),
		cel.ParserRecursionLimit(deepestCondition),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(deepestLoop)),
	)
	if err != nil {
		return nil, err
	}
	// At the first unknown name CEL lists its symbols, and writes the list where a concurrent check reads (cel-go
	// v0.33.2). Compiling an unknown name here does so before the environment is shared.
	_, _ = env.Compile("unknown")
	return env, nil
})

// The largest sizes of the variables, as the API accepts them.
const (
	mostMetadata         = 50
	longestMetadataKey   = 40
	longestMetadataValue = 500
	mostCodes            = 50 // reason codes, signals
	longestCode          = 64 // reason codes, signals and Stile's other names
)

// sizes bounds the variables for CEL's estimate of the highest cost of a condition.
type sizes struct{}

// EstimateCallCost returns nil: CEL's own estimates apply to functions.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// EstimateSize bounds the size of a variable.
func (sizes) EstimateSize(element cost.AstNode) *cost.SizeEstimate {
	path := element.Path()
	if len(path) == 0 {
		return nil
	}
	estimate := cost.RangedSizeEstimate(0, mostOf(path))
	return &estimate
}

func mostOf(path []string) uint64 {
	last := path[len(path)-1]
	switch {
	case path[0] != "metadata":
		if last == "reason_codes" || last == "signals" {
			return mostCodes
		}
		return longestCode
	case len(path) == 1:
		return mostMetadata
	case last == "@keys":
		return longestMetadataKey
	default:
		return longestMetadataValue
	}
}
