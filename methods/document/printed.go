package document

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/stile-id/stile/vision"
)

// printed is the text of the visual zone, without the lines of a machine-readable zone.
type printed struct {
	lines  []line
	limits ConfidenceLimits
}

// line is a line of text with its words from left to right.
type line struct {
	words      []word
	confidence float64
	box        vision.Box
}

// word is a word of a line. Its place is estimated from its characters' places in the line.
type word struct {
	text        string
	left, right float64
}

// printedOf returns the text of a picture, without its machine-readable zone.
func printedOf(d *vision.Document, limits ConfidenceLimits) printed {
	p := printed{limits: limits}
	if d.Text == nil {
		return p
	}
	for _, read := range d.Text.Lines {
		if zoneLike(read.Text) || d.Zone != nil && within(read.Box, d.Zone.Corners) {
			continue
		}
		if l := lineOf(read); len(l.words) > 0 {
			p.lines = append(p.lines, l)
		}
	}
	slices.SortStableFunc(p.lines, func(a, b line) int { return a.box[1] - b.box[1] })
	return p
}

// mostlyZone finds long runs of the characters of a zone.
var mostlyZone = regexp.MustCompile(`^[0-9A-Z<«‹]{28,}$`)

// zoneLike reports whether a line is one of a machine-readable zone, perhaps misread.
func zoneLike(text string) bool {
	joined := strings.ReplaceAll(text, " ", "")
	return strings.Count(joined, "<") >= 3 || strings.Contains(joined, "<<") || mostlyZone.MatchString(joined)
}

// within reports whether the middle of a line lies between the upper and the lower edge of a zone.
func within(box vision.Box, zone vision.Corners) bool {
	top, bottom := zone[0][1], zone[0][1]
	left, right := zone[0][0], zone[0][0]
	for _, corner := range zone {
		left, right = min(left, corner[0]), max(right, corner[0])
		top, bottom = min(top, corner[1]), max(bottom, corner[1])
	}
	x, y := float64(box[0]+box[2])/2, float64(box[1]+box[3])/2
	return left <= x && x <= right && top <= y && y <= bottom
}

// slash parts words in several languages, not the parts of a date.
var slash = regexp.MustCompile(`(\pL)/(\pL)`)

func lineOf(read vision.TextLine) line {
	text := []rune(slash.ReplaceAllString(norm.NFC.String(read.Text), "$1 $2"))
	l := line{confidence: read.Confidence, box: read.Place}
	if l.box == (vision.Box{}) { // an engine that reads pictures as they are
		l.box = read.Box
	}
	pitch := float64(l.box[2]-l.box[0]) / float64(max(len(text), 1))
	for from := 0; from < len(text); {
		to := from
		for to < len(text) && !unicode.IsSpace(text[to]) {
			to++
		}
		if to > from {
			left := float64(l.box[0]) + pitch*float64(from)
			l.words = append(l.words, word{string(text[from:to]), left, left + pitch*float64(to-from)})
		}
		from = to + 1
	}
	return l
}

func (l line) height() float64 { return float64(l.box[3] - l.box[1]) }

func (l line) text() string { return joined(l.words) }

func joined(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

// value is the text at a label: to the right of it, or below.
type value struct {
	words      []word
	confidence float64
}

// at returns the values that are printed at the labels of a group, in the order of the lines.
func (p printed) at(g group) (values []value) {
	for i, l := range p.lines {
		found := l.labels()
		for j, label := range found {
			if label.group != g {
				continue
			}
			end, limit := len(l.words), math.Inf(1)
			if j+1 < len(found) {
				end = found[j+1].from
				if end > label.to && numbering.MatchString(l.words[end-1].text) {
					end--
				}
				limit = l.words[end].left
			}
			if right := l.words[label.to:end]; len(right) > 0 {
				values = append(values, value{right, l.confidence})
			}
			from := label.from
			if from > 0 && numbering.MatchString(l.words[from-1].text) {
				from--
			}
			if below, ok := p.below(i, l.words[from].left, l.words[label.to-1].right, limit); ok {
				values = append(values, below)
			}
		}
	}
	return values
}

// run is a run of words that is a label of a group.
type run struct {
	from, to int
	group    group
}

// labels finds the labels of a line. Of labels within one another the longest counts. Labels of one group that follow
// one another, as in several languages, are one.
func (l line) labels() (found []run) {
	folded := make([]string, len(l.words))
	for i, w := range l.words {
		folded[i] = strings.Trim(attached.ReplaceAllString(fold(w.text), ""), ":.()")
	}
	for i := 0; i < len(folded); i++ {
		label, ok := longestLabel(folded[i:])
		if !ok {
			continue
		}
		if last := len(found) - 1; last >= 0 && found[last].group == label.group && found[last].to == i {
			found[last].to = i + label.to
		} else {
			found = append(found, run{i, i + label.to, label.group})
		}
		i += label.to - 1
	}
	return found
}

// longestLabel returns the longest label that words begin with.
func longestLabel(words []string) (longest run, ok bool) {
	for _, g := range labels {
		for _, label := range g.list {
			n := len(label)
			if n > longest.to && n <= len(words) && slices.Equal(words[:n], label) {
				longest, ok = run{0, n, g.meaning}, true
			}
		}
	}
	return longest, ok
}

// numbering is the number of a field in print, such as "4b." or "10.".
var numbering = regexp.MustCompile(`^\d{1,2}[a-d]?[.:]?$`)

// attached is a numbering that was read together with its label. Readers take its point for a hyphen.
var attached = regexp.MustCompile(`^\d{1,2}[A-D]?[.-]+`)

// below returns the words of the nearest line under line i that begin between left and limit. The first of them begins
// under the label, which ends at right: a line of the next column has no value of it.
func (p printed) below(i int, left, right, limit float64) (value, bool) {
	label := p.lines[i]
	for _, l := range p.lines[i+1:] {
		gap := float64(l.box[1] - label.box[3])
		if gap < -label.height()/2 {
			continue
		}
		if gap > 3*label.height() {
			break
		}
		var words []word
		for _, w := range l.words {
			if w.left >= left-1.5*label.height() && w.left < limit-label.height()/2 {
				words = append(words, w)
			}
		}
		if len(words) > 0 && words[0].left < right+label.height() {
			return value{words, l.confidence}, true
		}
	}
	return value{}, false
}

// fold returns a text in capitals without marks on its letters.
func fold(text string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ø' || r == 'Ø':
			return 'O'
		case r == 'ł' || r == 'Ł':
			return 'L'
		case r == 'đ' || r == 'Đ':
			return 'D'
		case r == '’' || r == '‘' || r == '`' || r == '´':
			return '\''
		}
		return r
	}, norm.NFD.String(text)))
}
