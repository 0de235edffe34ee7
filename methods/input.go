package methods

import "fmt"

// InputError says what is wrong with what was sent. The message is for whoever sent it and repeats no value.
type InputError struct{ Param, Message string }

func (e *InputError) Error() string { return e.Message }

// NewInputError refuses a member of what was sent; param is "" where it is the whole.
func NewInputError(param, format string, args ...any) error {
	return &InputError{Param: param, Message: fmt.Sprintf(format, args...)}
}

// Missing refuses a submission that lacks a member.
func Missing(param string) error {
	return NewInputError(param, "Missing required parameter: %s", param)
}
