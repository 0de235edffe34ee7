package rules

// PhysicalDocument describes the document that a method has read. It has nothing of the holder.
type PhysicalDocument struct {
	Type DocumentType `json:"type"`
	// IssuingCountry is a code of three letters, of ISO 3166-1 or ICAO 9303, such as DEU or UTO; "" if it was not read.
	IssuingCountry string         `json:"issuing_country,omitempty"`
	Expiry         DocumentExpiry `json:"expiry"`
}

// DocumentType is a type of physical documents.
type DocumentType string

// The types of documents that document_capture reads.
const (
	IDCard          DocumentType = "ID_CARD"
	Passport        DocumentType = "PASSPORT"
	DriversLicense  DocumentType = "DRIVERS_LICENSE"
	ResidencePermit DocumentType = "RESIDENCE_PERMIT"
	HealthCard      DocumentType = "HEALTH_CARD"
)

// DocumentTypes returns every type. The slice is the caller's.
func DocumentTypes() []DocumentType {
	return []DocumentType{IDCard, Passport, DriversLicense, ResidencePermit, HealthCard}
}

// DocumentExpiry tells whether the date of expiry of a document is past.
type DocumentExpiry string

// The values of DocumentExpiry.
const (
	ExpiryValid   DocumentExpiry = "valid"
	ExpiryExpired DocumentExpiry = "expired"
	ExpiryUnknown DocumentExpiry = "unknown" // the document states none that can be read
)
