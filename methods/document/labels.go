package document

import (
	_ "embed" // data
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// field is a statement that the parts of a document share.
type field string

// The fields, as the names of checks end.
const (
	fieldName   field = "name"
	fieldBirth  field = "birth_date"
	fieldExpiry field = "expiry"
	fieldNumber field = "number"
	fieldSex    field = "sex"
	fieldIssuer field = "issuer"
)

// group is a group of labels that mean the same.
type group string

// The groups whose values are read. The labels of the others end these values.
const (
	surnames   group = "surname"
	givenNames group = "given_names"
	births     group = "birth"
	expiries   group = "expiry"
	numbers    group = "number"
	sexes      group = "sex"
)

var (
	//go:embed data/labels.txt
	labelsText string
	//go:embed data/titles.txt
	titlesText string

	// labels are those of printed fields. A label that is missing here is no fault: the field then counts only if its
	// value agrees.
	labels = phrasesOf[group](labelsText)
	titles = phrasesOf[rules.DocumentType](titlesText)
)

// phrases are phrases with one meaning, each as its words.
type phrases[Meaning ~string] struct {
	meaning Meaning
	list    [][]string
}

// phrasesOf reads a file of phrases.
func phrasesOf[Meaning ~string](text string) (all []phrases[Meaning]) {
	for line := range strings.Lines(text) {
		name, list, found := strings.Cut(line, ":")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		meaning := Meaning(name)
		at := slices.IndexFunc(all, func(p phrases[Meaning]) bool { return p.meaning == meaning })
		if at < 0 {
			at = len(all)
			all = append(all, phrases[Meaning]{meaning: meaning})
		}
		for phrase := range strings.SplitSeq(list, "|") {
			all[at].list = append(all[at].list, strings.Fields(phrase))
		}
	}
	return all
}
