package text

import (
	"image"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stile-id/stile/vision"
)

const (
	maxLines = 200
	leastFor = 25 // confidence, of 100, of a word that is kept
)

// Columns of tesseract's TSV.
const (
	columnLevel, columnBlock, columnParagraph, columnLine, columnLeft, columnConfidence, columnText = 0, 2, 3, 4, 6, 10, 11

	levelWord = "5"
)

// parse returns the lines of text in a TSV. A wide gap, as between two columns of fields, ends a line. Words of low
// confidence, and those without a letter or digit, are left out: they are fine lines that were taken for strokes.
func parse(tsv []byte) []vision.TextLine {
	lines := []vision.TextLine{}
	last, words := "", 0
	for row := range strings.Lines(string(tsv)) {
		cells := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(cells) <= columnText || cells[columnLevel] != levelWord {
			continue
		}
		word, box, confidence, ok := wordOf(cells)
		if !ok {
			continue
		}
		line := strings.Join([]string{cells[columnBlock], cells[columnParagraph], cells[columnLine]}, " ")
		if line != last || apart(lines[len(lines)-1].Place, box) {
			if len(lines) == maxLines {
				break
			}
			lines = append(lines, vision.TextLine{Text: word, Confidence: confidence, Place: box})
			last, words = line, 1
			continue
		}
		l := &lines[len(lines)-1]
		l.Text += " " + word
		l.Confidence = (l.Confidence*float64(words) + confidence) / float64(words+1)
		l.Place = vision.Box{
			min(l.Place[0], box[0]), min(l.Place[1], box[1]), max(l.Place[2], box[2]), max(l.Place[3], box[3]),
		}
		words++
	}
	return lines
}

// apart reports whether the gap between a line and the next word is wider than the line is high, and a half.
func apart(line, word vision.Box) bool {
	return word[0]-line[2] > 3*max(line[3]-line[1], word[3]-word[1])/2
}

func wordOf(cells []string) (word string, box vision.Box, confidence float64, ok bool) {
	word = strings.TrimSpace(cells[columnText])
	confidence, err := strconv.ParseFloat(cells[columnConfidence], 64)
	legible := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	if err != nil || confidence < leastFor || !utf8.ValidString(word) || !strings.ContainsFunc(word, legible) {
		return "", box, 0, false
	}
	for i := range box {
		if box[i], err = strconv.Atoi(cells[columnLeft+i]); err != nil {
			return "", box, 0, false
		}
	}
	box[2], box[3] = box[0]+box[2], box[1]+box[3]
	return word, box, confidence / 100, true
}

// origin returns the upright rectangle of the picture around a box of the document, which was turned upright for
// reading and had width × height pixels before.
func origin(box vision.Box, turned, width, height int, back func(vision.Point) vision.Point) vision.Box {
	w, h := float64(width), float64(height)
	from, to := image.Pt(math.MaxInt32, math.MaxInt32), image.Pt(math.MinInt32, math.MinInt32)
	for _, c := range [4][2]int{{0, 1}, {2, 1}, {2, 3}, {0, 3}} {
		x, y := float64(box[c[0]]), float64(box[c[1]])
		at := back([4]vision.Point{{x, y}, {w - y, x}, {w - x, h - y}, {y, h - x}}[turned/90%4])
		from.X, from.Y = min(from.X, int(at[0])), min(from.Y, int(at[1]))
		to.X, to.Y = max(to.X, int(math.Ceil(at[0]))), max(to.Y, int(math.Ceil(at[1])))
	}
	return vision.Box{from.X, from.Y, to.X, to.Y}
}
