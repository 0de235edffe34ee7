package vision

import "slices"

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

// Reasons of AwayError that the process gives.
const (
	// AwayBusy says that all workers have pictures, and others wait.
	AwayBusy = "busy"
	// AwayTooSlow says that the worker took too long, and was ended.
	AwayTooSlow = "too_slow"
	// AwayCrashed says that the worker ended: by a fault of a decoder, or because it needed too much memory. A picture
	// that does so twice is refused from then on, as CodeImageInvalid.
	AwayCrashed = "crashed"
	// AwayFailed says that a reader returned an error.
	AwayFailed = "failed"
	// AwayModelsMissing says that the process has no model for a reading of faces.
	AwayModelsMissing = "models_missing"
)

// AwayError says that the process did not answer, or could not at the moment. A repeat may succeed.
type AwayError struct {
	// Reason names the fault, such as "busy". It has nothing of the content of the picture.
	Reason string
}

func (e *AwayError) Error() string { return "the vision process: " + e.Reason }

// Code returns the reason if it is one of the process's, "away" for any other.
func (e *AwayError) Code() string {
	if slices.Contains([]string{AwayBusy, AwayTooSlow, AwayCrashed, AwayFailed, AwayModelsMissing}, e.Reason) {
		return e.Reason
	}
	return "away"
}
