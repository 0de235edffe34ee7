package sdjwtvc

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// PIDType is the vct of the EU person identification data. National types name it in aka_vcts, or are added to
// Options.Types.
const PIDType = "urn:eudi:pid:1"

// PID holds the claims of a person identification data that this package reads, as far as the wallet has disclosed
// them. Dates are midnight UTC; the zero time and "" mean that the claim was not disclosed.
type PID struct {
	FamilyName, GivenName string
	Birthdate             time.Time
	Nationalities         []string // ISO 3166-1 alpha-2
	PersonalNumber        string   // personal_administrative_number
	DocumentNumber        string
	IssuingAuthority      string
	IssuingCountry        string // ISO 3166-1 alpha-2
	IssuedOn, ExpiresOn   time.Time
	ages                  map[int]bool
}

// ReadPID reads the claims of a credential of one of these types, or of PIDType if none is given (PID Rulebook, 4.1.1).
// A Fault has the code pid_type, pid_malformed if a claim is not of its form, or pid_expired if date_of_expiry is
// before the day of now.
func (c *VC) ReadPID(now time.Time, types ...string) (PID, error) {
	if len(types) == 0 {
		types = []string{PIDType}
	}
	if !slices.ContainsFunc(c.Types, func(own string) bool { return slices.Contains(types, own) }) {
		return PID{}, fault(PIDTypeMismatch)
	}
	r := pidReader{claims: c.Claims}
	p := PID{
		FamilyName:       r.text("family_name"),
		GivenName:        r.text("given_name"),
		Birthdate:        r.date("birthdate"),
		Nationalities:    r.countries("nationalities"),
		PersonalNumber:   r.text("personal_administrative_number"),
		DocumentNumber:   r.text("document_number"),
		IssuingAuthority: r.text("issuing_authority"),
		IssuingCountry:   r.text("issuing_country"),
		IssuedOn:         r.date("date_of_issuance", "issuance_date"),
		ExpiresOn:        r.date("date_of_expiry", "expiry_date"),
		ages:             r.ages(),
	}
	if r.bad {
		return PID{}, fault(PIDMalformed)
	}
	if !p.ExpiresOn.IsZero() && !now.UTC().Before(p.ExpiresOn.AddDate(0, 0, 1)) {
		return PID{}, fault(PIDExpired)
	}
	return p, nil
}

// AgeOver reports whether the person has reached an age. Stated is false if no disclosed attestation says so: one of at
// least this age that is true, or one of at most this age that is false. Birthdate is not looked at.
func (p PID) AgeOver(age int) (over, stated bool) {
	for own, reached := range p.ages {
		if reached && own >= age {
			return true, true
		}
		if !reached && own <= age {
			stated = true
		}
	}
	return false, stated
}

// pidReader reads claims and remembers whether one of them was not of its form.
type pidReader struct {
	claims map[string]any
	bad    bool
}

func (r *pidReader) text(name string) string {
	value, present := r.claims[name]
	text, ok := value.(string)
	r.bad = r.bad || present && (!ok || text == "")
	return text
}

// date reads a full-date (RFC 3339) under the first of the names that is there.
func (r *pidReader) date(names ...string) time.Time {
	for _, name := range names {
		text := r.text(name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		r.bad = r.bad || err != nil
		return day
	}
	return time.Time{}
}

func (r *pidReader) countries(name string) (countries []string) {
	value, present := r.claims[name]
	list, ok := value.([]any)
	r.bad = r.bad || present && !ok
	for _, element := range list {
		text, ok := element.(string)
		r.bad = r.bad || !ok || text == ""
		countries = append(countries, text)
	}
	return countries
}

// ages reads age_equal_or_over, an object with a member for each age, and the claims age_over_NN that some issuers use.
// The PID Rulebook has had no attestations of age since version 1.1; issuers may add them. Two that contradict one
// another are malformed.
func (r *pidReader) ages() map[int]bool {
	ages := map[int]bool{}
	value, present := r.claims["age_equal_or_over"]
	group, ok := value.(map[string]any)
	r.bad = r.bad || present && !ok
	for name, value := range group {
		r.age(ages, name, value)
	}
	for name, value := range r.claims {
		if name, is := strings.CutPrefix(name, "age_over_"); is && strings.Trim(name, "0123456789") == "" {
			r.age(ages, name, value)
		}
	}
	for age, reached := range ages {
		for other, also := range ages {
			r.bad = r.bad || reached && !also && other <= age
		}
	}
	return ages
}

func (r *pidReader) age(ages map[int]bool, name string, value any) {
	age, err := strconv.Atoi(name)
	reached, ok := value.(bool)
	before, again := ages[age]
	if err != nil || strconv.Itoa(age) != name || age < 0 || age > 150 || !ok || again && before != reached {
		r.bad = true
		return
	}
	ages[age] = reached
}
