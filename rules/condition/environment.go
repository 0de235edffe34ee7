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
	// highestCost bounds a condition, in CEL's units of work, twice: what it may
	// cost at worst when it is checked, and what it does cost when it runs.
	highestCost = 100_000
)

// environment declares the variables. It is made once, at first use: that takes
// a few milliseconds, which a program without conditions need not spend.
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
	// CEL lists its symbols at the first unknown name, and writes the list to what a check under way beside it reads
	// (cel-go v0.33.2). So there is one before anybody shares the environment.
	_, _ = env.Compile("unknown")
	return env, nil
})

// Sizes that variables have at most, as far as the API lets them grow.
const (
	mostMetadata         = 50
	longestMetadataKey   = 40
	longestMetadataValue = 500
	mostCodes            = 50 // reason codes, signals
	longestCode          = 64 // these, and every other name of ours
)

// sizes tells CEL what a condition may cost at worst.
type sizes struct{}

// EstimateCallCost leaves functions to CEL.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// EstimateSize bounds what a variable can hold.
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
