package document

import (
	"fmt"

	"github.com/stile-id/stile/methods/settings"
)

// Limits are the thresholds of a verdict that an operator may change. docs/methods/documents.md says how the defaults
// were found.
type Limits struct {
	// Quality explains why a picture could not be read. A picture that was read is not refused for its quality.
	Quality QualityLimits `yaml:"quality"`
	// Screen is the vision.Quality.Screen from which a picture seems to show a screen.
	Screen     float64          `yaml:"screen"`
	Confidence ConfidenceLimits `yaml:"confidence"`
}

// QualityLimits are limits of the members of vision.Quality.
type QualityLimits struct {
	Blur    float64 `yaml:"blur"`    // from which a picture is blurred
	Glare   float64 `yaml:"glare"`   // from which it has a reflection
	Light   float64 `yaml:"light"`   // below which it is dark
	Cropped float64 `yaml:"cropped"` // from which the document is cut off
}

// ConfidenceLimits are confidences from which a reading speaks against a document. Below them a picture is asked for
// again, or a check is not performed.
type ConfidenceLimits struct {
	// Zone is that of each character of a zone with a wrong check digit.
	Zone float64 `yaml:"zone"`
	// Text is that of a printed value, at its label, that differs from the zone or the barcode. A value that agrees
	// counts in any case: nobody misreads one into agreement.
	Text float64 `yaml:"text"`
	// Number is that of a printed number, which is misread more often than words and dates.
	Number float64 `yaml:"number"`
}

// DefaultLimits returns the limits of an operator without a file.
func DefaultLimits() Limits {
	return Limits{
		Quality:    QualityLimits{Blur: 6, Glare: 0.01, Light: 0.3, Cropped: 0.1},
		Screen:     0.5,
		Confidence: ConfidenceLimits{Zone: 0.9, Text: 0.7, Number: 0.9},
	}
}

// Variable is the environment variable that names the operator's file.
const Variable = "STILE_DOCUMENT_FILE"

// ReadLimits reads the operator's file; an empty path means no file. A limit that the file lacks has its default. The
// error names the file and the member.
func ReadLimits(path string) (Limits, error) {
	limits := DefaultLimits()
	if path == "" {
		return limits, nil
	}
	if err := settings.Read(Variable, path, &limits); err != nil {
		return Limits{}, err
	}
	for _, r := range limits.ranges() {
		if within := r.value >= r.least && r.value <= r.most; !within { // NaN is not within
			return Limits{}, fmt.Errorf("%s: %s: %s must be from %g to %g, not %g",
				Variable, path, r.member, r.least, r.most, r.value)
		}
	}
	return limits, nil
}

// limitRange has the values that a limit may have.
type limitRange struct {
	member             string
	value, least, most float64
}

// ranges returns the ranges of the limits. A picture in focus has a blur of 1.8, so a limit below 2 would call every
// picture blurred. A confidence below one half is that of a reading that is more likely wrong.
func (l Limits) ranges() []limitRange {
	return []limitRange{
		{"quality.blur", l.Quality.Blur, 2, 100},
		{"quality.glare", l.Quality.Glare, 0.001, 1},
		{"quality.light", l.Quality.Light, 0, 0.9},
		{"quality.cropped", l.Quality.Cropped, 0.01, 1},
		{"screen", l.Screen, 0.1, 1},
		{"confidence.zone", l.Confidence.Zone, 0.5, 1},
		{"confidence.text", l.Confidence.Text, 0.5, 1},
		{"confidence.number", l.Confidence.Number, 0.5, 1},
	}
}
