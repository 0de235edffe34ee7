package document

import (
	"strings"

	"github.com/stile-id/stile/methods/document/mrz"
)

// lettersPerFault is how many letters of a name allow for one that was misread. Shorter names must be read exactly.
const lettersPerFault = 6

// sameName reports whether a text that was read from a print can be a name in the letters of a zone. Cut reports that
// the zone may have less of the name. Marks on letters and the spellings that states use for them are equal, and so are
// the digits that readers take letters for; besides, one letter in six may be misread.
func sameName(text, name string, cut bool) bool {
	if name == "" {
		return false
	}
	if mrz.SameName(text, name, cut) {
		return true
	}
	read, want := skeleton(text), skeleton(name)
	if cut && len(read) > len(want) {
		read = read[:len(want)]
	}
	return len(read) > 0 && distance(read, want) <= len(want)/lettersPerFault
}

// skeleton returns the letters of a name, in the one spelling that all spellings of letters with marks come down to.
func skeleton(name string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, likeLetters.Replace(fold(name)))
	return digraphs.Replace(letters)
}

var (
	likeLetters = strings.NewReplacer("0", "O", "1", "I", "|", "I", "5", "S", "8", "B", "Æ", "AE", "Œ", "OE", "Þ", "TH",
		"ß", "SS", "ẞ", "SS", "Ð", "D")
	digraphs = strings.NewReplacer("AE", "A", "OE", "O", "UE", "U", "AA", "A", "SS", "S", "IJ", "Y", "TH", "T")
)

// distance is the number of letters by which two texts differ: replaced, missing or added.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// sameNumber reports whether two numbers of documents are equal, apart from separators and from letters and digits that
// look alike.
func sameNumber(a, b string) bool {
	a, b = alike(a), alike(b)
	return a != "" && a == b
}

// alike returns letters and digits alone, with one sign for those that look alike.
func alike(number string) string {
	return lookAlikes.Replace(strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, fold(number)))
}

var lookAlikes = strings.NewReplacer("O", "0", "Q", "0", "I", "1", "L", "1", "S", "5", "B", "8", "Z", "2")
