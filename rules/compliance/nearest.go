package compliance

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stile-id/stile/rules"
)

// nameOf is one thing that a jurisdiction might be called, in lower case.
type nameOf struct {
	name         string
	jurisdiction rules.Jurisdiction
	exact        bool // initials: so short that everything is near to them
}

const (
	mostNearest = 3
	// longestGuess bounds the work that a stranger's text can make; no name is as long.
	longestGuess = 64
)

// namesOf are what people write for a jurisdiction: its code, the code the wrong way round (CA-US), its name, and the
// initials of that (UK).
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

// Nearest returns the jurisdictions whose code or English name is nearest to a text, of those equally near the first
// three by code. It is empty where nothing is near: for a wild guess silence is the better help.
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

// tolerance is how many slips a text of its length is forgiven.
func tolerance(text string) int {
	return max(1, utf8.RuneCountInString(text)/3)
}

// distance counts the letters that must be added, removed or changed to make b of a (Levenshtein).
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
