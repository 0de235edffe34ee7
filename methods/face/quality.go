package face

import (
	"math"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// The bounds of the quality of a face, as vision.FaceQuality measures it.
const (
	leastEyes   = 48.0 // pixels between the eyes
	mostBlur    = 0.75
	leastLight  = 0.10
	mostLight   = 0.90
	mostCovered = 0.40
	mostCropped = 0.10
	mostTurned  = 20.0 // degrees, of a face that is to be compared or estimated
	mostTilted  = 30.0
	mostScreen  = 0.5
	besideFaces = 0.25 // the size of another face, as a part of the largest, from which it counts
	leastUsable = 2    // frames of a selfie
	confidentOf = 0.5  // the detector, of a face
)

// fault returns why a picture of a face cannot be used; "" if it can. Ahead asks for a face that looks ahead.
func fault(s shot, ahead bool) rules.ReasonCode {
	switch {
	case s.Faces == nil || len(s.Faces.Faces) == 0 || s.face().Confidence < confidentOf:
		return rules.ReasonFaceNotDetected
	case several(s.Faces):
		return rules.ReasonMultipleFaces
	}
	f := s.face()
	if f.Pose == nil || f.Quality == nil {
		return rules.ReasonFaceNotDetected
	}
	return faultOf(f.Quality, f.Pose, ahead)
}

// faultOf returns why a face cannot be used; "" if it can.
func faultOf(q *vision.FaceQuality, p *vision.Pose, ahead bool) rules.ReasonCode {
	switch {
	case q.Cropped > mostCropped:
		return rules.ReasonImageCropped
	case q.Eyes < leastEyes:
		return rules.ReasonFaceTooSmall
	case ahead && (math.Abs(p.Yaw) > mostTurned || math.Abs(p.Pitch) > mostTurned || math.Abs(p.Roll) > mostTilted):
		return rules.ReasonFaceTurned
	case q.Light < leastLight:
		return rules.ReasonImageDark
	case q.Light > mostLight:
		return rules.ReasonImageBright
	case q.Blur > mostBlur:
		return rules.ReasonImageBlurred
	case ahead && q.Covered > mostCovered:
		return rules.ReasonFaceCovered
	}
	return ""
}

// several reports whether another face is nearly as large as the largest, so that it is not somebody in the background.
func several(f *vision.Faces) bool {
	return len(f.Faces) > 1 && area(f.Faces[1].Box) >= besideFaces*area(f.Faces[0].Box)
}

func area(b vision.Box) float64 { return float64(b[2]-b[0]) * float64(b[3]-b[1]) }

// usable returns the frames that can be used, and the fault of most others. A second face in any frame refuses all.
func usable(shots []shot, ahead bool) (good []shot, worst rules.ReasonCode) {
	faults := map[rules.ReasonCode]int{}
	for _, s := range shots {
		switch reason := fault(s, ahead); reason {
		case "":
			good = append(good, s)
		case rules.ReasonMultipleFaces:
			return nil, reason
		default:
			if faults[reason]++; worst == "" || faults[reason] > faults[worst] {
				worst = reason
			}
		}
	}
	return good, worst
}

// selfies returns the frames of a selfie that can be used, or the verdict that asks for others.
func selfies(shots []shot) ([]shot, *methods.Verdict) {
	if repeated(shots) {
		v := methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonFramesRepeated, rules.Check{Name: checkDistinct})
		return nil, &v
	}
	distinct := rules.Check{Name: checkDistinct, Passed: true}
	good, worst := usable(shots, true)
	if len(good) >= leastUsable {
		return good, nil
	}
	v := methods.Unfinished(graph.OutcomeRequiresInput, worst, append([]rules.Check{distinct}, faultChecks(worst)...)...)
	return nil, &v
}

// faultChecks names the checks of a quality that does not do.
func faultChecks(reason rules.ReasonCode) []rules.Check {
	if reason == rules.ReasonMultipleFaces || reason == rules.ReasonFaceNotDetected {
		return []rules.Check{{Name: checkOneFace}}
	}
	return []rules.Check{{Name: checkOneFace, Passed: true}, {Name: checkQuality}}
}

// passedQuality are the checks of frames that do.
func passedQuality() []rules.Check {
	return []rules.Check{
		{Name: checkDistinct, Passed: true}, {Name: checkOneFace, Passed: true}, {Name: checkQuality, Passed: true},
	}
}
