package risk

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// Assessment is a score with the signals behind it.
type Assessment struct {
	// Score is the sum of the weights, at most 100.
	Score int
	// Triggered are the signals, Reasons their reasons in the same order.
	Triggered []Signal
	Reasons   []string
	// Details has an entry for each of the signals.
	Details map[Signal]Detail
	// Version is that of the book.
	Version string
}

// Detail is the contribution of a signal to the score, with the facts behind it. It holds no identifiers.
type Detail struct {
	Group  Group `json:"group"`
	Weight int   `json:"weight"`
	// Claimed, Delivery, Desktop, Address and Phone are the places that were compared.
	Claimed  rules.Jurisdiction `json:"claimed,omitempty"`
	Delivery rules.Jurisdiction `json:"delivery,omitempty"`
	Desktop  rules.Jurisdiction `json:"desktop,omitempty"`
	Address  rules.Jurisdiction `json:"address,omitempty"`
	Phone    rules.Jurisdiction `json:"phone,omitempty"`
	// Persons is the number of people that used the device.
	Persons int `json:"persons,omitempty"`
	// Hour and Day are counts, PerHour and PerDay those that they may reach.
	Hour    int `json:"hour,omitempty"`
	PerHour int `json:"per_hour,omitempty"`
	Day     int `json:"day,omitempty"`
	PerDay  int `json:"per_day,omitempty"`
}

// Risk returns the assessment as the risk of a session, and nil without any signal.
func (a Assessment) Risk() *rules.Risk {
	if len(a.Triggered) == 0 {
		return nil
	}
	risk := &rules.Risk{Score: a.Score, Weights: map[string]int{}}
	for _, signal := range a.Triggered {
		risk.Signals = append(risk.Signals, string(signal))
		risk.Weights[string(signal)] = a.Details[signal].Weight
	}
	return risk
}

// Assess weighs the evidence. With groups it takes the signals of these groups only.
func (b *Book) Assess(e Evidence, only ...Group) Assessment {
	a := Assessment{
		Triggered: []Signal{}, Reasons: []string{}, Details: map[Signal]Detail{}, Version: b.version,
	}
	for _, k := range known {
		rule := b.rules[k.signal]
		if len(only) > 0 && !slices.Contains(only, rule.Group) {
			continue
		}
		detail, seen := rule.look(k.signal, &e)
		if !seen {
			continue
		}
		a.Triggered, a.Reasons = append(a.Triggered, k.signal), append(a.Reasons, rule.Reason)
		a.Details[k.signal] = detail
		a.Score = min(a.Score+detail.Weight, rules.HighestRisk)
	}
	return a
}

// look reports whether the evidence gives the signal, with its detail.
func (r rule) look(signal Signal, e *Evidence) (Detail, bool) {
	d := Detail{Group: r.Group, Weight: *r.Weight}
	switch signal {
	case GeoMismatch:
		return r.places(d, e)
	case DistantDevice:
		d.Desktop, d.Address = e.Desktop, e.Place
		return d, e.Desktop != "" && e.Place != "" && e.Desktop.Country() != e.Place.Country()
	case TimeZoneMismatch, LanguageMismatch:
		d.Address = e.Place
		return d, deviceDiffers(signal, e)
	case PhoneCountryMismatch:
		d.Claimed, d.Phone = e.Claimed, e.Phone.Country
		return d, e.Claimed != "" && e.Phone.Country != "" && e.Claimed.Country() != e.Phone.Country
	case SharedDevice:
		d.Persons = e.Persons
		return d, e.Persons >= *r.Persons
	case VelocityIP, VelocityEmail, VelocityPhone, VelocityDevice:
		return r.often(d, e.Counts[counted[signal]])
	default:
		return d, observed(signal, e)
	}
}

// counted maps the signals of velocity to their identifiers.
var counted = map[Signal]Identifier{
	VelocityIP: IP, VelocityEmail: Mailbox, VelocityPhone: Number, VelocityDevice: DeviceID,
}

// observed reports whether the evidence has a plain observation.
func observed(signal Signal, e *Evidence) bool {
	switch signal {
	case HostingNetwork:
		return slices.Contains(e.Networks, Hosting)
	case ProxyNetwork:
		return slices.Contains(e.Networks, Proxy)
	case VPNNetwork:
		return slices.Contains(e.Networks, VPN)
	case TorNetwork:
		return slices.Contains(e.Networks, Tor)
	case DisposableEmail:
		return e.Email.Disposable
	case EmailDomainInvalid:
		return e.Email.DomainInvalid
	case EmailDomainNoMail:
		return e.Email.NoMail
	case UnlikelyMailbox:
		return e.Email.Unlikely
	case PhoneInvalid:
		return e.Phone.Invalid
	case VoIPPhone:
		return e.Phone.VoIP
	case ServicePhone:
		return e.Phone.Service
	default:
		return false
	}
}

// places compares the claimed place and the place of delivery with that of the address. A country does not differ from
// its subdivisions.
func (r rule) places(d Detail, e *Evidence) (Detail, bool) {
	if e.Place == "" {
		return d, false
	}
	d.Address = e.Place
	for _, other := range []struct {
		place rules.Jurisdiction
		shown *rules.Jurisdiction
	}{{e.Claimed, &d.Claimed}, {e.Delivery, &d.Delivery}} {
		if other.place == "" || !other.place.Differs(e.Place) {
			continue
		}
		*other.shown = other.place
		if other.place.Country() != e.Place.Country() {
			d.Weight = *r.OtherCountry
		}
	}
	return d, d.Claimed != "" || d.Delivery != ""
}

// often compares counts with their limits.
func (r rule) often(d Detail, c Count) (Detail, bool) {
	d.Hour, d.Day, d.PerHour, d.PerDay = c.Hour, c.Day, *r.PerHour, *r.PerDay
	return d, c.Hour > *r.PerHour || c.Day > *r.PerDay
}

// OfPlaces returns the risk of an order to another place than that of the user's address; nil if the places agree or
// one of them is unknown ("").
func (b *Book) OfPlaces(delivery, address rules.Jurisdiction) *rules.Risk {
	return b.Assess(Evidence{Delivery: delivery, Place: address}).Risk()
}

// OfDevices returns the risk of a session whose desktop and phone are in different countries; nil if they are in the
// same country or one place is unknown (""). The gateways of mobile networks are often a state away.
func (b *Book) OfDevices(desktop, phone rules.Jurisdiction) *rules.Risk {
	return b.Assess(Evidence{Desktop: desktop, Place: phone}).Risk()
}
