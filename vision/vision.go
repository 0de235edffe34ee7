// Package vision is the client of the vision process, which decodes and measures pictures that users have sent.
//
// Pictures from users are decoded in a process of their own, stile-vision, which has no keys, no database and no
// network: a picture that exploits a decoder gains nothing there (decision 0063). This package has the types of its
// answers, and imports no code that reads a picture. The process measures; the method that asks decides.
package vision

// The media types of pictures that the process decodes.
const (
	TypeJPEG = "image/jpeg"
	TypePNG  = "image/png"
	TypeWebP = "image/webp"
)

// Side is a side of a document.
type Side string

// The sides of a document. The data page of a passport is its front.
const (
	Front Side = "front"
	Back  Side = "back"
)

// Read is something that the process reads in a picture.
type Read string

// The readings of a picture.
const (
	ReadQuality  Read = "quality"
	ReadCard     Read = "card"
	ReadZone     Read = "zone"
	ReadBarcode  Read = "barcode"
	ReadText     Read = "text"
	ReadPortrait Read = "portrait"
)

// ReadAll returns every reading.
func ReadAll() []Read {
	return []Read{ReadQuality, ReadCard, ReadZone, ReadBarcode, ReadText, ReadPortrait}
}

// A Point is a place in a picture: x from its left edge and y from its top edge, in pixels of Document.Width and
// Document.Height.
type Point [2]float64

// Corners are the corners of something in a picture, as a reader of its text sees them: top left, top right, bottom
// right, bottom left.
type Corners [4]Point

// A Box is an upright rectangle in a picture: left, top, right and bottom edge, in pixels.
type Box [4]int

// Document has the measurements of a picture of a document. A member is nil where nothing was found, or where
// it was not asked for.
type Document struct {
	// Version names everything that decided: the protocol, and each reader with its model.
	Version string `json:"version"`
	// Width and Height are those of the picture that was measured: upright, and scaled down to imaging.MaxSide where the
	// sent one was larger.
	Width    int       `json:"width"`
	Height   int       `json:"height"`
	Quality  *Quality  `json:"quality"`
	Card     *Card     `json:"card"`
	Zone     *Zone     `json:"zone"`
	Barcode  *Barcode  `json:"barcode"`
	Text     *Text     `json:"text"`
	Portrait *Portrait `json:"portrait"`
}

// Quality measures whether a picture can be read. It is no verdict. The numbers are those of the document inside the
// outline, or of all of the picture if there is none; docs/methods/documents.md has the values that spoil the
// reading.
type Quality struct {
	// Blur is the width of the sharp edges of the print, in thousandths of the document's longer side: below 2 in focus.
	Blur float64 `json:"blur"`
	// Glare is the share of the document's area in which light has wiped out the print.
	Glare float64 `json:"glare"`
	// Light is the luma of the document's paper, from 0 to 1.
	Light float64 `json:"light"`
	// Cropped is the share of the outline's length that lies on the frame of the picture, where the document goes on:
	// about 0.2 for a side that is cut off.
	Cropped float64 `json:"cropped"`
	// Screen is from 0 to 1: from 0.5 on, a pattern lies over the document as over a photographed screen.
	Screen float64 `json:"screen"`
}

// Card is the outline of a card or a page.
type Card struct {
	Corners Corners `json:"corners"`
}

// Zone is a machine-readable zone.
type Zone struct {
	// Format is TD1, TD2, TD3, MRV-A or MRV-B.
	Format string   `json:"format"`
	Lines  []string `json:"lines"`
	// Confidence is that of each character of each line, from 0 to 1.
	Confidence [][]float64 `json:"confidence"`
	Corners    Corners     `json:"corners"`
	// Turned is how far the zone is turned clockwise in the picture, in degrees: 0, 90, 180 or 270.
	Turned   int  `json:"turned"`
	Mirrored bool `json:"mirrored"`
}

// Barcode is a two-dimensional barcode.
type Barcode struct {
	// Format is "pdf417".
	Format  string  `json:"format"`
	Data    []byte  `json:"data"`
	Corners Corners `json:"corners"`
}

// Text is the text of the visual zone. A document has none where the process has no engine for it.
type Text struct {
	Lines []TextLine `json:"lines"`
	// Turned is how far the text is turned clockwise in the picture, in degrees: 0, 90, 180 or 270.
	Turned int `json:"turned"`
}

// TextLine is a line of text.
type TextLine struct {
	Text string `json:"text"`
	// Confidence is from 0 to 1.
	Confidence float64 `json:"confidence"`
	// Box is the line's place in the picture, however the document lies there.
	Box Box `json:"box"`
	// Place is its place on the document, straightened and upright: a label is above its value there, or left of it.
	Place Box `json:"place"`
}

// Portrait is the picture of the holder.
type Portrait struct {
	// JPEG is the picture, cut out.
	JPEG []byte `json:"jpeg"`
	Box  Box    `json:"box"`
	// Turned is how far the portrait is turned clockwise in the picture, in degrees: 0, 90, 180 or 270. JPEG is upright.
	Turned int `json:"turned"`
	// Confidence is from 0 to 1.
	Confidence float64 `json:"confidence"`
}
