package mdoc

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// The document types that Person knows.
const (
	DocTypeMDL     = "org.iso.18013.5.1.mDL"
	DocTypePhotoID = "org.iso.23220.photoid.1"
	DocTypePID     = "eu.europa.ec.eudi.pid.1"
	DocTypeAV      = "eu.europa.ec.av.1"
)

// The namespaces of these document types. That of PID and of the proof of age is the document type itself.
const (
	NamespaceMDL     = "org.iso.18013.5.1"
	NamespacePhotoID = "org.iso.23220.photoid.1"
	NamespaceCommon  = "org.iso.23220.1" // the common elements of ISO/IEC 23220-2
	NamespacePID     = DocTypePID
	NamespaceAV      = DocTypeAV
)

// Value is the value of an element, in CBOR. Its methods return ClaimMalformed where the value is of another type.
type Value []byte

// Elements are the elements of one namespace, by identifier.
type Elements map[string]Value

// Text returns the value of a text string.
func (v Value) Text() (string, error) {
	var text string
	if len(v) == 0 || v[0]&0xe0 != majorText || strict.Unmarshal(v, &text) != nil {
		return "", fault(ClaimMalformed)
	}
	return text, nil
}

// Bool returns the value of a boolean.
func (v Value) Bool() (bool, error) {
	var value *bool
	if strict.Unmarshal(v, &value) != nil || value == nil {
		return false, fault(ClaimMalformed)
	}
	return *value, nil
}

// Uint returns the value of an unsigned integer.
func (v Value) Uint() (uint64, error) {
	major, value, rest, ok := readHead(v)
	if !ok || major != majorUint || len(rest) > 0 {
		return 0, fault(ClaimMalformed)
	}
	return value, nil
}

// Bytes returns the value of a byte string.
func (v Value) Bytes() ([]byte, error) {
	content, ok := readBytes(v)
	if !ok {
		return nil, fault(ClaimMalformed)
	}
	return content, nil
}

// Date returns the value of a full-date (tag 1004), or the day of a tdate (tag 0), at midnight UTC. ISO/IEC 23220-2
// wraps a birth date in a map with a mask for the parts that are not known: a date with such a mask is malformed.
func (v Value) Date() (time.Time, error) {
	if text, ok := readTagged(v, tagFullDate); ok {
		if date, err := time.Parse(time.DateOnly, text); err == nil {
			return date, nil
		}
		return time.Time{}, fault(ClaimMalformed)
	}
	if instant, ok := readInstant(v); ok {
		year, month, day := instant.Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC), nil
	}
	var wrapped struct {
		Date cbor.RawMessage `cbor:"birth_date"`
		Mask *string         `cbor:"approximate_mask"`
	}
	if strict.Unmarshal(v, &wrapped) != nil || wrapped.Date == nil || wrapped.Date[0]&0xe0 == majorMap {
		return time.Time{}, fault(ClaimMalformed)
	}
	if wrapped.Mask != nil && strings.Trim(*wrapped.Mask, "0") != "" {
		return time.Time{}, fault(ClaimMalformed)
	}
	return Value(wrapped.Date).Date()
}

const agePrefix = "age_over_"

// ageOf returns the age of an element age_over_NN, NN being two digits.
func ageOf(element string) (int, bool) {
	digits, ok := strings.CutPrefix(element, agePrefix)
	if !ok || len(digits) != 2 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	age, err := strconv.Atoi(digits)
	return age, err == nil
}

// AgeOver returns whether the holder is age years old or older, and whether the elements say. It follows
// ISO/IEC 18013-5 7.2.5: the nearest age_over_NN at or above age that is true says yes, and the nearest at or below age
// that is false says no. Elements that contradict each other, like a true age_over_21 beside a false age_over_18, are
// malformed.
func (e Elements) AgeOver(age int) (over, known bool, err error) {
	_, over, known, err = e.nearest(age)
	return over, known, err
}

// nearest returns the element that answers AgeOver, with its answer.
func (e Elements) nearest(age int) (element string, over, known bool, err error) {
	yes, no, highest, lowest := 100, -1, -1, 100
	for name, value := range e {
		at, ok := ageOf(name)
		if !ok {
			continue
		}
		is, err := value.Bool()
		if err != nil {
			return "", false, false, err
		}
		if is {
			highest = max(highest, at)
			if at >= age {
				yes = min(yes, at)
			}
			continue
		}
		lowest = min(lowest, at)
		if at <= age {
			no = max(no, at)
		}
	}
	switch {
	case lowest <= highest:
		return "", false, false, fault(ClaimMalformed)
	case yes < 100:
		return ageElement(yes), true, true, nil
	case no >= 0:
		return ageElement(no), false, true, nil
	}
	return "", false, false, nil
}

func ageElement(age int) string {
	return fmt.Sprintf("%s%02d", agePrefix, age)
}

// answer returns the name of the element that answers a request for element: itself, or for an age that the document
// does not have the nearest one that decides (ISO/IEC 18013-5 7.2.5).
func (e Elements) answer(element string) (string, bool) {
	if _, ok := e[element]; ok {
		return element, true
	}
	age, ok := ageOf(element)
	if !ok {
		return "", false
	}
	name, _, known, err := e.nearest(age)
	return name, known && err == nil
}

// Person reads the elements of the document types above under one set of names.
type Person struct {
	namespaces []Elements
	names      map[string][]string
}

// The names of elements that differ between document types.
var (
	isoNames = map[string][]string{
		"family_name": {"family_name", "family_name_unicode", "family_name_latin1"},
		"given_name":  {"given_name", "given_name_unicode", "given_name_latin1"},

		"issuing_authority": {"issuing_authority", "issuing_authority_unicode", "issuing_authority_latin1"},
	}
	personNamespaces = map[string][]string{
		DocTypeMDL:     {NamespaceMDL},
		DocTypePhotoID: {NamespaceCommon, NamespacePhotoID},
		DocTypePID:     {NamespacePID},
		DocTypeAV:      {NamespaceAV},
	}
)

// Person returns a reader of the document's elements. Of a document type that this package does not know, it reads
// every namespace that the document has.
func (d *Document) Person() Person {
	person := Person{names: isoNames}
	if namespaces, ok := personNamespaces[d.DocType]; ok {
		for _, namespace := range namespaces {
			person.namespaces = append(person.namespaces, d.Elements[namespace])
		}
		return person
	}
	for _, elements := range d.Elements {
		person.namespaces = append(person.namespaces, elements)
	}
	return person
}

func (p Person) find(name string) (Value, error) {
	names := p.names[name]
	if names == nil {
		names = []string{name}
	}
	for _, name := range names {
		for _, elements := range p.namespaces {
			if value, ok := elements[name]; ok {
				return value, nil
			}
		}
	}
	return nil, fault(ClaimMissing)
}

func (p Person) text(name string) (string, error) {
	value, err := p.find(name)
	if err != nil {
		return "", err
	}
	return value.Text()
}

func (p Person) date(name string) (time.Time, error) {
	value, err := p.find(name)
	if err != nil {
		return time.Time{}, err
	}
	return value.Date()
}

// FamilyName returns the family name.
func (p Person) FamilyName() (string, error) { return p.text("family_name") }

// GivenName returns the given names.
func (p Person) GivenName() (string, error) { return p.text("given_name") }

// DocumentNumber returns the number of the document.
func (p Person) DocumentNumber() (string, error) { return p.text("document_number") }

// IssuingCountry returns the country of the issuer, ISO 3166-1 alpha-2.
func (p Person) IssuingCountry() (string, error) { return p.text("issuing_country") }

// IssuingAuthority returns the name of the issuer.
func (p Person) IssuingAuthority() (string, error) { return p.text("issuing_authority") }

// BirthDate returns the date of birth, at midnight UTC.
func (p Person) BirthDate() (time.Time, error) { return p.date("birth_date") }

// ExpiryDate returns the last day of the document, at midnight UTC. It is not the end of Validity, which is that of the
// signed copy on the device.
func (p Person) ExpiryDate() (time.Time, error) { return p.date("expiry_date") }

// Portrait returns the picture of the holder, as the issuer encoded it (JPEG or JPEG 2000).
func (p Person) Portrait() ([]byte, error) {
	value, err := p.find("portrait")
	if err != nil {
		return nil, err
	}
	return value.Bytes()
}

// AgeOver returns whether the holder is age years old or older, and whether the document says; see Elements.AgeOver.
func (p Person) AgeOver(age int) (over, known bool, err error) {
	all := make(Elements)
	for _, elements := range p.namespaces {
		for name, value := range elements {
			if _, ok := ageOf(name); ok {
				all[name] = value
			}
		}
	}
	return all.AgeOver(age)
}
