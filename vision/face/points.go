package face

import "github.com/stile-id/stile/vision"

// landmarks are the points of the mesh that vision.Face.Landmarks has, in its order.
var landmarks = [vision.Landmarks]int{
	162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, // jaw
	71, 63, 105, 66, 107, 336, 296, 334, 293, 301, // brows
	168, 197, 5, 4, 75, 97, 2, 326, 305, // nose
	33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, // eyes
	61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87, // mouth
}

// Points of the mesh. Left and right are those of an upright picture.
var (
	leftEye  = [6]int{33, 160, 158, 133, 153, 144}
	rightEye = [6]int{362, 385, 387, 263, 373, 380}
	oval     = [36]int{
		10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
		152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
	}
	foreheadPoints   = [4]int{151, 108, 337, 9}
	leftCheekPoints  = [4]int{50, 101, 36, 205}
	rightCheekPoints = [4]int{280, 330, 266, 425}
	nosePoints       = [3]int{197, 195, 5}
	chinPoints       = [3]int{199, 200, 18}
	lipPoints        = [2]int{167, 393}
)
