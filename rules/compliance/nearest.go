package compliance

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stile-id/stile/rules"
)

// nameOf is a name of a jurisdiction in lower case.
type nameOf struct {
	name         string
	jurisdiction rules.Jurisdiction
	exact        bool // initials match exactly: every short text is near to them
}

const (
	mostNearest = 3
	// longestGuess bounds the work for a client's text, in bytes. Every name is shorter.
	longestGuess = 64
)

// namesOf returns the names that people write for a jurisdiction: its code, the reversed code (CA-US), its name and the
// initials of the name (UK).
func namesOf(j rules.Jurisdiction, english string) []nameOf {
	code := strings.ToLower(string(j))
	english = strings.ToLower(english)
	names := []nameOf{
		{name: code, jurisdiction: j},
		{name: english, jurisdiction: j},
		{name: initialsOf(english), jurisdiction: j, exact: true},
	}
	if country, subdivision, divided := strings.Cut(code, "-"); divided {
		names = append(names, nameOf{name: subdivision + "-" + country, jurisdiction: j})
	}
	return names
}

func initialsOf(name string) string {
	var initials strings.Builder
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		initials.WriteRune(first)
	}
	return initials.String()
}

// Nearest returns up to three jurisdictions with the code or English name nearest to a text. If more are equally near,
// it returns the first by code. It returns none if no name is near.
func (b *Book) Nearest(text string) []rules.Jurisdiction {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || len(text) > longestGuess {
		return nil
	}
	var nearest []rules.Jurisdiction
	least := tolerance(text)
	for _, candidate := range b.names {
		d := distance(text, candidate.name)
		if d > least || candidate.exact && d > 0 {
			continue
		}
		if d < least {
			least, nearest = d, nil
		}
		if len(nearest) < mostNearest && !slices.Contains(nearest, candidate.jurisdiction) {
			nearest = append(nearest, candidate.jurisdiction)
		}
	}
	return nearest
}

// tolerance returns the largest distance at which a name is near to the text.
func tolerance(text string) int {
	return max(1, utf8.RuneCountInString(text)/3)
}

// distance returns the number of letters that must be added, removed or changed to turn a into b (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for i := range row {
		row[i] = i
	}
	for i, letter := range from {
		diagonal := row[0]
		row[0] = i + 1
		for k, other := range to {
			changed := diagonal
			if letter != other {
				changed++
			}
			diagonal = row[k+1]
			row[k+1] = min(changed, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(to)]
}
