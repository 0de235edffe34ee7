package signals

import (
	"github.com/nyaruka/phonenumbers"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

// Phone judges a number in E.164 by the numbering plans of libphonenumber. Where a plan does not tell types apart, as
// in North America, a VoIP number is not recognised.
func (*Sources) Phone(number string) risk.Phone {
	parsed, err := phonenumbers.Parse(number, "")
	if err != nil {
		return risk.Phone{Invalid: true}
	}
	kind := phonenumbers.GetNumberType(parsed)
	if kind == phonenumbers.UNKNOWN { // of no plan
		return risk.Phone{Invalid: true}
	}
	var found risk.Phone
	if country, known := rules.ParseJurisdiction(phonenumbers.GetRegionCodeForNumber(parsed)); known {
		found.Country = country.Country()
	}
	switch kind {
	case phonenumbers.VOIP:
		found.VoIP = true
	case phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PAGER,
		phonenumbers.UAN, phonenumbers.VOICEMAIL:
		found.Service = true
	}
	return found
}
