package models

import "errors"

// SessionTerminal returns the error for a change of a session that has ended with the status.
func SessionTerminal(status SessionStatus) *Error {
	return Errorf(CodeSessionTerminal, "The session is %s and cannot be modified", status)
}

// WithoutParam returns err without its parameter, for a request that does not have the parameter. Errors that are not
// domain errors are returned unchanged.
func WithoutParam(err error) error {
	var refused *Error
	if !errors.As(err, &refused) {
		return err
	}
	plain := *refused
	plain.Param = ""
	return &plain
}

// IsRefusal reports whether err is a refusal that says that the request did nothing. Any other error may have come
// after the commit.
func IsRefusal(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Code != CodeInternal && refused.Code != CodeServiceUnavailable
}
