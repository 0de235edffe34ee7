package mrz

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Transliterate writes a name with the letters of a zone, in the first spelling that part 3, section 6 gives, with a
// space between components. Apostrophes and full stops vanish, hyphens and commas separate. It fails if the name has a
// character without a rule: a digit, or a letter that is neither Latin nor Cyrillic.
func Transliterate(name string) (string, error) {
	components, err := spell(name)
	if err != nil {
		return "", err
	}
	var written []string
	for _, component := range components {
		text := ""
		for _, spellings := range component {
			text += spellings[0]
		}
		if text != "" {
			written = append(written, text)
		}
	}
	return strings.Join(written, " "), nil
}

// SameName reports whether a zone may have the printed name as zone, which is Zone.Surname or Zone.GivenNames. It
// allows for each spelling of a letter that states use, for components that are joined, and, if truncated is set, for
// components that are shortened or missing at the end. It is false if the printed name has a character that
// Transliterate refuses.
func SameName(printed, zone string, truncated bool) bool {
	components, err := spell(printed)
	if err != nil || len(components) == 0 || zone == "" {
		return false
	}
	var whole [][]string
	for _, component := range components {
		whole = append(whole, component...)
	}
	joined := strings.ReplaceAll(zone, " ", "")
	if ends(whole, joined, truncated) {
		return true
	}
	return truncated && shortened(components, strings.Fields(zone))
}

// shortened reports whether each component of the zone begins the component of the name at its place.
func shortened(components [][][]string, zone []string) bool {
	if len(zone) > len(components) {
		return false
	}
	for i, text := range zone {
		if !ends(components[i], text, true) {
			return false
		}
	}
	return true
}

// ends reports whether some choice of spellings, put together, is the text; or begins with it, if prefix is set.
func ends(spellings [][]string, text string, prefix bool) bool {
	reached := map[int]bool{0: true}
	for _, choices := range spellings {
		next := map[int]bool{}
		for from := range reached {
			rest := text[from:]
			for _, choice := range choices {
				switch {
				case strings.HasPrefix(rest, choice):
					next[from+len(choice)] = true
				case prefix && strings.HasPrefix(choice, rest):
					return true
				}
			}
		}
		if prefix && next[len(text)] {
			return true
		}
		reached = next
	}
	return reached[len(text)]
}

// spell splits a name into components, and each of them into the spellings of its letters.
func spell(name string) ([][][]string, error) {
	var components [][][]string
	var component [][]string
	for _, r := range norm.NFC.String(name) {
		if separates(r) {
			if len(component) > 0 {
				components = append(components, component)
			}
			component = nil
			continue
		}
		spellings, ok := spellingsOf(unicode.ToUpper(r))
		if !ok {
			return nil, &Error{Field: Name, Reason: "the name has a character without a rule of transliteration"}
		}
		component = append(component, spellings)
	}
	if len(component) > 0 {
		components = append(components, component)
	}
	return components, nil
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == ',' || r == Filler || r == '/'
}

// spellingsOf returns the ways to write an upper-case letter in a zone. The first is the usual one.
func spellingsOf(r rune) ([]string, bool) {
	switch {
	case r >= 'A' && r <= 'Z':
		return []string{string(r)}, true
	case strings.ContainsRune("'’‘`´ʼʹʺ.·", r) || unicode.Is(unicode.Mn, r):
		return []string{""}, true
	}
	if spellings, ok := spellings[r]; ok {
		return spellings, true
	}
	// A letter with marks is written without them.
	base := []rune(norm.NFD.String(string(r)))[0]
	if base == r {
		return nil, false
	}
	return spellingsOf(base)
}

// spellings holds the letters that are written otherwise than by leaving out their marks: sections 6.A and 6.B of part
// 3. Where states choose, all choices are here; those of single states in Cyrillic, too.
var spellings = map[rune][]string{
	'Ä': {"AE", "A"}, 'Å': {"AA", "A"}, 'Æ': {"AE"}, 'Ð': {"D"}, 'Đ': {"D", "DJ"}, 'Ñ': {"N", "NXX"},
	'Ö': {"OE", "O"}, 'Ø': {"OE", "O"}, 'Ü': {"UE", "UXX", "U"}, 'Þ': {"TH"}, 'ß': {"SS"}, 'ẞ': {"SS"},
	'Ħ': {"H"}, 'ı': {"I"}, 'Ĳ': {"IJ"}, 'ĸ': {"Q"}, 'Ł': {"L"}, 'Ŋ': {"N"}, 'Œ': {"OE"}, 'Ŧ': {"T"}, 'Ə': {"E"},

	'А': {"A"}, 'Б': {"B"}, 'В': {"V"}, 'Г': {"G", "H"}, 'Ґ': {"G"}, 'Ѓ': {"G"}, 'Д': {"D"}, 'Ђ': {"D"},
	'Е': {"E"}, 'Ё': {"E", "IO"}, 'Є': {"IE"}, 'Ж': {"ZH", "Z"}, 'З': {"Z"}, 'Ѕ': {"DZ"}, 'И': {"I", "Y"},
	'І': {"I"}, 'Ї': {"I"}, 'Й': {"I"}, 'Ј': {"J"}, 'К': {"K"}, 'Ќ': {"K"}, 'Л': {"L"}, 'Љ': {"LJ"},
	'М': {"M"}, 'Н': {"N"}, 'Њ': {"NJ"}, 'О': {"O"}, 'П': {"P"}, 'Р': {"R"}, 'С': {"S"}, 'Т': {"T"},
	'Ћ': {"C"}, 'У': {"U"}, 'Ў': {"U"}, 'Ф': {"F"}, 'Х': {"KH", "H"}, 'Ц': {"TS", "C"}, 'Ч': {"CH", "C"},
	'Џ': {"DZ", "DJ"}, 'Ш': {"SH", "S"}, 'Щ': {"SHCH", "SHT"}, 'Ъ': {"IE", "A"}, 'Ы': {"Y"}, 'Ь': {""},
	'Э': {"E"}, 'Ю': {"IU"}, 'Я': {"IA"},
}
