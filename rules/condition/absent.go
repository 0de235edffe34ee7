package condition

import (
	"errors"
	"maps"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// errAbsent is the value of a metadata key that the session does not have. CEL
// passes it outwards like any error, until it reaches a part of the condition
// that is true or false; see absentIsFalse.
var errAbsent = errors.New("absent key")

// metadata is a map that returns errAbsent for a missing key, and whose keys
// come in sorted order, so that a condition with a loop gives the same result
// each time.
type metadata struct {
	traits.Mapper
	keys traits.Lister
}

func newMetadata(pairs map[string]string) metadata {
	adapter := types.DefaultTypeAdapter
	return metadata{
		Mapper: types.NewStringStringMap(adapter, pairs),
		keys:   types.NewStringList(adapter, slices.Sorted(maps.Keys(pairs))),
	}
}

// Find returns errAbsent where CEL would return its own error. Each call makes a
// new error, because CEL writes into it.
func (m metadata) Find(key ref.Val) (ref.Val, bool) {
	value, found := m.Mapper.Find(key)
	if !found && value == nil {
		return types.WrapErr(errAbsent), false
	}
	return value, found
}

// Get is Find for the index operator.
func (m metadata) Get(key ref.Val) ref.Val {
	value, _ := m.Find(key)
	return value
}

// Iterator walks the keys in sorted order.
func (m metadata) Iterator() traits.Iterator {
	return m.keys.Iterator()
}

// absentIsFalse makes each boolean part of a condition false when it reads an
// absent key. A part with != becomes true, so that it remains the opposite of
// ==.
func absentIsFalse(checked *ast.AST) cel.ProgramOption {
	return cel.CustomDecoratorV2(func(part interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		if checked.GetType(part.ID()).Kind() != types.BoolKind {
			return part, nil
		}
		// The CEL engine treats calls, attributes and constants differently, so
		// each wrapper keeps the interface of the part it wraps.
		switch part := part.(type) {
		case interpreter.InterpretableConst:
			return part, nil
		case interpreter.InterpretableAttribute:
			return attribute{part}, nil
		case interpreter.InterpretableCall:
			return call{InterpretableCall: part, absent: types.Bool(part.Function() == operators.NotEquals)}, nil
		default:
			return other{part}, nil
		}
	})
}

// The parts of a condition whose absent value is replaced.
type (
	call struct { // a function or an operator
		interpreter.InterpretableCall
		absent types.Bool
	}
	attribute struct { // has(), or a choice with ?:
		interpreter.InterpretableAttribute
	}
	other struct { // && and ||, a loop
		interpreter.InterpretableV2
	}
)

func (c call) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return replaceAbsent(c.InterpretableCall.Exec(frame), c.absent)
}

func (c call) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, c.Exec)
}

func (a attribute) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return replaceAbsent(a.InterpretableAttribute.Exec(frame), types.False)
}

func (a attribute) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, a.Exec)
}

func (o other) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return replaceAbsent(o.InterpretableV2.Exec(frame), types.False)
}

func (o other) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, o.Exec)
}

func replaceAbsent(value ref.Val, absent types.Bool) ref.Val {
	if err, failed := value.(*types.Err); failed && errors.Is(err, errAbsent) {
		return absent
	}
	return value
}
