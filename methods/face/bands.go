package face

import "github.com/stile-id/stile/vision"

// bands are similarities of a model at which faces count as those of one person. docs/methods/faces.md has the rates
// and the pictures that they were measured on.
type bands struct {
	// match is the similarity of a selfie and a portrait from which they match, and review that from which a person
	// should look.
	match, review float64
	// same is that of two faces before the camera in one session.
	same float64
}

// bandsOf returns the bands of a model. Those of an unknown one match nothing.
func bandsOf(model string) bands {
	b, known := vision.BandsOf(model)
	if !known {
		return bands{match: 2, review: 2, same: 2}
	}
	return bands{match: b.Match, review: b.Review, same: b.Review}
}
