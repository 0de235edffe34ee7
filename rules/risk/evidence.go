package risk

import "github.com/stile-id/stile/rules"

// Evidence holds the facts about a user. The zero value of a field means that nothing is known, which raises no score.
// It holds no identifiers.
type Evidence struct {
	// Claimed is where the user says to be, and Delivery where the order goes; "" if unknown.
	Claimed, Delivery rules.Jurisdiction
	// Place is where the user's IP address is. If a phone has taken the session, Desktop is where its desktop is. "" if
	// unknown.
	Place, Desktop rules.Jurisdiction
	// Networks are the kinds of networks that hold the address.
	Networks []Network
	Email    Email
	Phone    Phone
	// TimeZone is the device's, such as "Europe/Berlin", and Languages are its BCP 47 tags.
	TimeZone  string
	Languages []string
	// Counts tells how often each of the identifiers was scored, this time included.
	Counts map[Identifier]Count
	// Persons is the number of people that used the device within a day.
	Persons int
}

// Network is a kind of network.
type Network string

// The kinds of networks, and the names of the files that list them.
const (
	Hosting Network = "hosting"
	Proxy   Network = "proxy"
	VPN     Network = "vpn"
	Tor     Network = "tor"
)

// Networks returns all kinds of networks.
func Networks() []Network { return []Network{Hosting, Proxy, VPN, Tor} }

// Email holds the facts about an e-mail address.
type Email struct {
	// Disposable means that the domain offers mailboxes for a single use.
	Disposable bool
	// Unlikely and DomainInvalid are found by CheckMailbox.
	Unlikely, DomainInvalid bool
	// NoMail means that the domain has no mail server.
	NoMail bool
}

// Phone holds the facts about a phone number.
type Phone struct {
	// Invalid means that the number is not in use in the numbering plan of its country.
	Invalid bool
	// Country is the country of the number; "" if unknown.
	Country rules.Jurisdiction
	// VoIP means a number of an Internet phone, Service one of a service: premium rate, toll free, pagers and the like.
	VoIP, Service bool
}

// Identifier is a kind of identifier.
type Identifier string

// The kinds of identifiers.
const (
	IP       Identifier = "ip"
	Mailbox  Identifier = "email"
	Number   Identifier = "phone"
	DeviceID Identifier = "device"
)

// Identifiers is the number of kinds.
const Identifiers = 4

// Count tells how often something happened within an hour and within a day.
type Count struct{ Hour, Day int }
