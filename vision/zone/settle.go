package zone

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// Limits of confidence. A character under a check digit may be less certain than certain, because the digit decides
// between the characters that it may be: those with a chance of at least possible. A character under no check digit
// must be sure.
const (
	certain  = 0.97
	possible = 0.01
	sure     = 0.9
)

// mostOpen is the number of uncertain characters that check digits may settle, and mostOpenOfVisa that in visas, which
// have no check digit over all fields. mostTries is the number of combinations of them. More could agree with the
// check digits by chance.
const (
	mostOpen       = 8
	mostOpenOfVisa = 2
	mostTries      = 3000
)

// rival is the share of the likeliest combination's probability above which another one that agrees with the check
// digits makes the zone ambiguous.
const rival = 0.02

// choice is a class with its chance.
type choice struct {
	class  int
	chance float64
}

// open is a character that check digits must settle.
type open struct {
	line, column int
	choices      []choice
}

// outcome is the outcome of a reading.
type outcome int

// A reading is unclear, or clear but refuted by a check digit, or settled.
const (
	unclear outcome = iota
	refuted
	settled
)

// settle returns the lines of a zone and the confidence of each character. They are settled if exactly one plausible
// combination of characters agrees with all check digits, and all characters that no check digit covers are sure. They
// are refuted if all characters are certain, and a check digit is wrong.
func settle(format mrz.Format, all [][]chances) (text []string, confidence [][]float64, o outcome) {
	bytes, confidence, opens, ok := likeliest(format, all)
	switch {
	case !ok:
		return nil, nil, unclear
	case len(opens) == 0 && !consistent(bytes):
		o = refuted
	case combine(bytes, confidence, opens):
		o = settled
	default:
		return nil, nil, unclear
	}
	for _, line := range bytes {
		text = append(text, string(line))
	}
	return text, confidence, o
}

// likeliest returns the likeliest characters with their confidence, and those that check digits must settle. It returns
// false if these are too many, or if a character is uncertain that no check digit covers.
func likeliest(
	format mrz.Format, all [][]chances,
) (bytes [][]byte, confidence [][]float64, opens []open, ok bool) {
	bytes, confidence = make([][]byte, len(all)), make([][]float64, len(all))
	tries, limit := 1, mostOpen
	if format == mrz.MRVA || format == mrz.MRVB {
		limit = mostOpenOfVisa
	}
	for i, line := range all {
		for column := range line {
			choices := ranked(&line[column])
			bytes[i] = append(bytes[i], glyph.Characters[choices[0].class])
			confidence[i] = append(confidence[i], choices[0].chance)
			field, digit := format.FieldAt(i, column)
			covered := digit || format.Covers(field)
			switch {
			case covered && choices[0].chance < certain:
				opens = append(opens, open{i, column, choices})
				tries = min(tries*len(choices), mostTries+1)
			case !covered && choices[0].chance < sure:
				return nil, nil, nil, false
			}
		}
	}
	return bytes, confidence, opens, len(opens) <= limit && tries <= mostTries
}

// ranked returns the possible classes, the likeliest first.
func ranked(c *chances) []choice {
	var all []choice
	top := choice{}
	for class, chance := range c[:glyph.None] {
		one := choice{class, float64(chance)}
		if one.chance > top.chance {
			top = one
		}
		if one.chance >= possible {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return []choice{top}
	}
	slices.SortFunc(all, func(a, b choice) int { return cmp.Compare(b.chance, a.chance) })
	return all
}

// combine sets the open characters to the likeliest combination that agrees with the check digits. It returns false if
// there is none, or a rival.
func combine(lines [][]byte, confidence [][]float64, opens []open) bool {
	type found struct {
		chance  float64
		choices []choice
	}
	var agreeing []found
	current := make([]choice, len(opens))
	var try func(i int, chance float64)
	try = func(i int, chance float64) {
		if i == len(opens) {
			if consistent(lines) {
				agreeing = append(agreeing, found{chance, slices.Clone(current)})
			}
			return
		}
		for _, c := range opens[i].choices {
			current[i] = c
			lines[opens[i].line][opens[i].column] = glyph.Characters[c.class]
			try(i+1, chance*c.chance)
		}
	}
	try(0, 1)
	slices.SortFunc(agreeing, func(a, b found) int { return cmp.Compare(b.chance, a.chance) })
	if len(agreeing) == 0 || len(agreeing) > 1 && agreeing[1].chance > rival*agreeing[0].chance {
		return false
	}
	for i, o := range opens {
		c := agreeing[0].choices[i]
		lines[o.line][o.column] = glyph.Characters[c.class]
		confidence[o.line][o.column] = c.chance
	}
	return true
}

func consistent(lines [][]byte) bool {
	text := make([]string, len(lines))
	for i, line := range lines {
		text[i] = string(line)
	}
	zone, err := mrz.Parse(text...)
	return err == nil && zone.Consistent()
}
