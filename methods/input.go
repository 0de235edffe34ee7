package methods

import "fmt"

// InputError is a fault of an input, with the faulty member in Param. The message is for the sender and repeats no
// value.
type InputError struct{ Param, Message string }

func (e *InputError) Error() string { return e.Message }

// NewInputError returns an InputError about a member of the input; param is "" for the whole input.
func NewInputError(param, format string, args ...any) error {
	return &InputError{Param: param, Message: fmt.Sprintf(format, args...)}
}

// Missing refuses a submission that lacks a member.
func Missing(param string) error {
	return NewInputError(param, "Missing required parameter: %s", param)
}
