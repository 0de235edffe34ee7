package webhook

// Code is the reason for which a signature was refused.
type Code string

// The codes of the documentation.
const (
	CodeMissingHeader     Code = "missing_header"
	CodeInvalidHeader     Code = "invalid_header"
	CodeTimestampExpired  Code = "timestamp_expired"
	CodeSignatureMismatch Code = "signature_mismatch"
)

// Error is the refusal of a signature.
type Error struct {
	Code Code
}

// Error returns the code with an explanation.
func (e *Error) Error() string {
	return "webhook: " + string(e.Code) + ": " + e.reason()
}

func (e *Error) reason() string {
	switch e.Code {
	case CodeMissingHeader:
		return "the request has no " + Header + " header"
	case CodeInvalidHeader:
		return `the signature is not "t={Unix seconds},v1={hex}"`
	case CodeTimestampExpired:
		return "the signature's timestamp is too far from now"
	default:
		return "the signature does not match the body"
	}
}
