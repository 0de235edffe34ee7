package vision

// Codes of ImageError.
const (
	// CodeImageInvalid says that the picture cannot be decoded.
	CodeImageInvalid = "image_invalid"
	// CodeImageTooLarge says that the picture has too many bytes or pixels.
	CodeImageTooLarge = "image_too_large"
	// CodeImageUnsupported says that the picture is of a kind that is not decoded, such as an animated one.
	CodeImageUnsupported = "image_unsupported"
	// CodeParameterInvalid says that the request is wrong: a fault of the caller, not of the picture.
	CodeParameterInvalid = "parameter_invalid"
)

// ImageError says that the process refused a picture. A repeat gets the same answer.
type ImageError struct {
	Code string `json:"code"`
	// Message is plain English for an operator. It has nothing of the content of the picture.
	Message string `json:"message"`
}

func (e *ImageError) Error() string { return e.Code + ": " + e.Message }

// AwayError says that the process did not answer, or could not at the moment. A repeat may succeed.
type AwayError struct {
	// Reason names the fault, such as "busy". It has nothing of the content of the picture.
	Reason string
}

func (e *AwayError) Error() string { return "the vision process: " + e.Reason }
