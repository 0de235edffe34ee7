package document

import (
	"slices"
	"strings"

	"github.com/stile-id/stile/methods/document/aamva"
	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/rules"
)

// KindOfZone returns the type of a document by its zone; "" for one that is not among the types, such as a visa.
func KindOfZone(z *mrz.Zone) rules.DocumentType {
	switch {
	case z.Format == mrz.TD3 && strings.HasPrefix(z.Code, "P"):
		return rules.Passport
	case z.Format != mrz.TD1 && z.Format != mrz.TD2:
		return ""
	case z.Code == "AC": // of a crew member
		return ""
	case strings.HasPrefix(z.Code, "D"):
		return rules.DriversLicense
	case z.Code == "CH":
		return rules.HealthCard
	case len(z.Code) == 2 && z.Code[1] == 'R', z.Issuer == "USA" && (z.Code == "C1" || z.Code == "C2"):
		return rules.ResidencePermit
	case strings.ContainsAny(z.Code[:1], "IAC"):
		return rules.IDCard
	default:
		return ""
	}
}

// kindOfBarcode returns the type of a card by the subfile of its barcode.
func kindOfBarcode(d *aamva.Document) rules.DocumentType {
	if d.Kind == aamva.Identity {
		return rules.IDCard
	}
	return rules.DriversLicense
}

// kindOfTitle returns the type that the printed title names; "" for none.
func kindOfTitle(p printed) rules.DocumentType {
	for _, title := range titles {
		for _, l := range p.lines {
			if l.hasPhrase(title.list) {
				return title.meaning
			}
		}
	}
	return ""
}

func (l line) hasPhrase(phrases [][]string) bool {
	words := make([]string, len(l.words))
	for i, w := range l.words {
		words[i] = strings.Trim(fold(w.text), ":.,()")
	}
	for _, phrase := range phrases {
		for from := 0; from+len(phrase) <= len(words); from++ {
			if slices.EqualFunc(words[from:from+len(phrase)], phrase, strings.HasPrefix) {
				return true
			}
		}
	}
	return false
}

// refined returns the type of a card with a zone. States choose the second letter of its code, so the code may leave
// open which of several types it has; the title counts where it names another type of card.
func refined(byZone, byTitle rules.DocumentType) rules.DocumentType {
	cards := []rules.DocumentType{rules.IDCard, rules.ResidencePermit, rules.HealthCard, rules.DriversLicense}
	if byZone == rules.IDCard && slices.Contains(cards, byTitle) {
		return byTitle
	}
	return byZone
}
