package vision

import (
	"context"
	"math/bits"
	"net/url"
	"slices"
	"strconv"
)

// FaceRead is something that the process measures on the faces of a picture.
type FaceRead string

// The readings of faces. The place and the pose of a face come with each of them.
const (
	ReadFaceLandmarks FaceRead = "landmarks"
	ReadFaceQuality   FaceRead = "quality"
	ReadFaceSkin      FaceRead = "skin"
	ReadFaceTexture   FaceRead = "texture"
	ReadFaceAge       FaceRead = "age"
	ReadFaceEmbedding FaceRead = "embedding"
)

// ReadFaceAll returns every reading of faces.
func ReadFaceAll() []FaceRead {
	return []FaceRead{ReadFaceLandmarks, ReadFaceQuality, ReadFaceSkin, ReadFaceTexture, ReadFaceAge, ReadFaceEmbedding}
}

const (
	// Landmarks is the number of points of Face.Landmarks. Their order is that of the 68 points of iBUG, from the left
	// edge of the picture to its right: 0 to 16 the jaw, 17 to 26 the brows, 27 to 35 the nose (30 its tip), 36 to 47 the
	// eyes, 48 to 67 the mouth. The jaw and the mouth move with the expression, the other points with the head alone.
	Landmarks = 68
	// FacesMost is the number of faces of a picture that are measured; Faces.Count has how many there are.
	FacesMost = 4
)

// Names of the models that measure faces, in the catalogue of vision/models.
const (
	ModelDetector = "blazeface"
	ModelMesh     = "facemesh"
	ModelAge      = "age"
)

// Settings of the model that compares faces.
const (
	EmbeddingFaceAPI = "face-api"
	EmbeddingFaceres = "faceres"
	EmbeddingOff     = "off"
	// EmbeddingDefault is the model whose licence says that its weights may be used.
	EmbeddingDefault = EmbeddingFaceAPI
)

// EmbeddingSettings returns the settings of the model that compares faces.
func EmbeddingSettings() []string {
	return []string{EmbeddingFaceAPI, EmbeddingFaceres, EmbeddingOff}
}

// EmbeddingModel returns the name of the model that compares faces under a setting; "" where none does.
func EmbeddingModel(setting string) string {
	switch setting {
	case EmbeddingFaceAPI:
		return "face-recognition"
	case EmbeddingFaceres:
		return "faceres"
	default:
		return ""
	}
}

// FaceReadings returns the readings of faces for which there are models, given by their names, and by the setting of
// the model that compares faces.
func FaceReadings(models map[string]string, embedding string) (list []FaceRead) {
	if models[ModelDetector] == "" || models[ModelMesh] == "" {
		return nil
	}
	list = []FaceRead{ReadFaceLandmarks, ReadFaceQuality, ReadFaceSkin, ReadFaceTexture}
	if models[ModelAge] != "" {
		list = append(list, ReadFaceAge)
	}
	if models[EmbeddingModel(embedding)] != "" {
		list = append(list, ReadFaceEmbedding)
	}
	return list
}

// Bands are the similarities of two faces (inner products of their embeddings) at which they count as one person: from
// Match on without a doubt, from Review on so that somebody should look.
type Bands struct {
	Match  float64 `json:"match"`
	Review float64 `json:"review"`
}

// BandsOf returns the bands of a model that compares faces, as Faces.EmbeddingModel names it; false for an unknown one.
// docs/methods/faces.md has the pictures that they were measured on.
func BandsOf(model string) (Bands, bool) {
	switch model {
	case EmbeddingFaceAPI:
		return Bands{Match: 0.95, Review: 0.92}, true
	case EmbeddingFaceres:
		return Bands{Match: 0.70, Review: 0.60}, true
	default:
		return Bands{}, false
	}
}

// Faces has the measurements of the faces of a picture. It is no verdict: the method that asks decides.
type Faces struct {
	// Version names everything that decided: the protocol, the readers, and each model with the first 12 digits of its
	// SHA-256.
	Version string `json:"version"`
	// Width and Height are those of the picture that was measured, as in Document.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Print is a perceptual hash of all of the picture: 64 bits as 16 hexadecimal digits. PrintDistance compares two.
	Print string `json:"print"`
	// Count is how many faces there are, and Faces are the largest of them, by area, at most FacesMost.
	Count int    `json:"count"`
	Faces []Face `json:"faces"`
	// EmbeddingModel is the setting that names the model of the embeddings, such as EmbeddingFaceAPI: those of two models
	// cannot be compared. It is "" without any.
	EmbeddingModel string `json:"embedding_model"`
}

// Face has the measurements of a face. A member is nil where it was not asked for, or could not be measured.
type Face struct {
	// Box is the face from the brows to the chin and from ear to ear, upright.
	Box Box `json:"box"`
	// Confidence is the detector's, from 0 to 1.
	Confidence float64 `json:"confidence"`
	Pose       *Pose   `json:"pose"`
	// Landmarks has Landmarks points, in pixels.
	Landmarks []Point      `json:"landmarks"`
	Quality   *FaceQuality `json:"quality"`
	Skin      *Skin        `json:"skin"`
	Texture   *Texture     `json:"texture"`
	Age       *Age         `json:"age"`
	// Embedding has unit length; faces of one person have a greater inner product than those of two.
	Embedding []float32 `json:"embedding"`
}

// Pose is how a head is turned, in degrees. All are 0 for a face that looks into the camera.
type Pose struct {
	// Yaw is positive if the nose points to the right edge of the picture.
	Yaw float64 `json:"yaw"`
	// Pitch is positive if the nose points up.
	Pitch float64 `json:"pitch"`
	// Roll is positive if the head is tilted clockwise in the picture.
	Roll float64 `json:"roll"`
	// Error is the root of the mean square distance between the landmarks and those of a rigid head in this pose, as a
	// part of the distance between the eyes.
	Error float64 `json:"error"`
}

// FaceQuality measures whether the other readings of a face can be relied on; docs/methods/faces.md has the values that
// spoil them.
type FaceQuality struct {
	// Eyes is the distance between the centres of the eyes, in pixels, as it would be if the head were not turned.
	Eyes float64 `json:"eyes"`
	// Blur is from 0 for a sharp face to 1 for one without any fine structure.
	Blur float64 `json:"blur"`
	// Light is the mean luma of the skin, from 0 to 1.
	Light float64 `json:"light"`
	// Contrast is the range of the luma of the face, between its 5th and its 95th percentile, from 0 to 1.
	Contrast float64 `json:"contrast"`
	// Uneven is the difference of the luma of the two cheeks as a part of the brighter one, from 0 to 1.
	Uneven float64 `json:"uneven"`
	// Covered is the share of the face that does not look like skin where skin is expected, or like eyes where eyes are:
	// below a mask, dark glasses or a scarf. It does not notice a hand.
	Covered float64 `json:"covered"`
	// Cropped is the share of the face that lies outside of the picture.
	Cropped float64 `json:"cropped"`
}

// Skin has the mean colours of patches of a face and of the picture beside it: linear red, green and blue, from 0 to 1.
// Left and right are those of the picture.
type Skin struct {
	Forehead   [3]float64 `json:"forehead"`
	LeftCheek  [3]float64 `json:"left_cheek"`
	RightCheek [3]float64 `json:"right_cheek"`
	// Background is the picture around the head.
	Background [3]float64 `json:"background"`
	// Clipped is the share of the pixels of the patches of the face with a channel at its limit.
	Clipped float64 `json:"clipped"`
}

// Texture has a weak sign of a face that was photographed from a screen.
type Texture struct {
	// Screen is from 0 to 1: from 0.5 on, a pattern of a single frequency lies over the face.
	Screen float64 `json:"screen"`
}

// Age is the age that a face looks like.
type Age struct {
	// Years is the expected value of the model.
	Years float64 `json:"years"`
	// Deviation is the standard deviation of the model's estimates of this face, in years, over crops that differ a
	// little. It is less than the error of the model.
	Deviation float64 `json:"deviation"`
}

// PrintDistance returns in how many of their 64 bits two values of Faces.Print differ; 64 for one that is none. Copies
// of a picture that were scaled or compressed again differ in 3 bits at most.
func PrintDistance(a, b string) int {
	if len(a) != printDigits || len(b) != printDigits {
		return maxPrintDistance
	}
	x, errX := strconv.ParseUint(a, 16, 64)
	y, errY := strconv.ParseUint(b, 16, 64)
	if errX != nil || errY != nil {
		return maxPrintDistance
	}
	return bits.OnesCount64(x ^ y)
}

const (
	printDigits      = 16
	maxPrintDistance = 64
)

// Faces has the faces of a picture measured. Without readings it asks for all that the process can make. Errors:
// *ImageError if the picture is refused, *AwayError if a repeat may succeed (AwayModelsMissing once models have been
// installed), the error of ctx.
func (c *Client) Faces(ctx context.Context, picture []byte, read ...FaceRead) (*Faces, error) {
	var faces Faces
	return measured(ctx, c, &faces, "/v1/faces", url.Values{}, picture, read)
}

// FacesUnavailable returns why readings of faces cannot be made now; "" while they can. It is the answer of
// Unavailable, or names a reading whose model is missing.
func (c *Client) FacesUnavailable(read ...FaceRead) string {
	if reason := c.Unavailable(); reason != "" {
		return reason
	}
	state, known := c.State()
	if c.options.Elsewhere && c.base == "" {
		state.Faces, known = c.options.Faces, true
	}
	if !known {
		return ""
	}
	for _, r := range read {
		if !slices.Contains(state.Faces, r) {
			return "the vision process has no model for " + string(r) + " of faces; stile-vision models install adds it"
		}
	}
	return ""
}
