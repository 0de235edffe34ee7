package rules

// Biometric tells how a method has judged a face. It has nothing of the face: no template, no age and no similarity.
type Biometric struct {
	// Models names what measured: the reader's version, and each model with the first digits of its SHA-256.
	Models string `json:"models"`
	// Frames is how many pictures counted.
	Frames int `json:"frames"`
	// Strategy is that of selfie_liveness; "" for other methods.
	Strategy string `json:"strategy,omitempty"`
	// ApproveAt is the age in years from which facial_age passed; 0 for other methods.
	ApproveAt int `json:"approve_at,omitempty"`
	// Uncertainty is the standard deviation of the estimated age over the frames, in years; 0 for other methods.
	Uncertainty float64 `json:"uncertainty,omitempty"`
	// Band is that of selfie_match: match, review or no_match; "" for other methods.
	Band string `json:"band,omitempty"`
}
