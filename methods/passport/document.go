package passport

import (
	"strings"

	"github.com/stile-id/stile/methods/document/mrz"
)

// name returns the name of the document for methods.Verdict.
func (r *ruling) name() string {
	issuer := r.zone.Issuer
	if issuer == "D" {
		issuer = "DEU" // the one country whose code in a zone is not that of ISO 3166-1
	}
	return kindOf(r.zone) + "|" + issuer + "|" + oneNumber(r.zone.Number)
}

// kindOf returns the type of a document.
func kindOf(z *mrz.Zone) string {
	switch {
	case z.Format == mrz.TD3:
		return "PASSPORT"
	case strings.HasSuffix(z.Code, "R"):
		return "RESIDENCE_PERMIT"
	default:
		return "ID_CARD"
	}
}
