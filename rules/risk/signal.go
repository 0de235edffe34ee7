package risk

// Signal names an observation that raises a score.
type Signal string

// The signals, in the order in which assessments list them.
const (
	HostingNetwork       Signal = "hosting_network"
	ProxyNetwork         Signal = "proxy_network"
	VPNNetwork           Signal = "vpn_network"
	TorNetwork           Signal = "tor_network"
	GeoMismatch          Signal = "geo_mismatch"
	DistantDevice        Signal = "distant_device"
	TimeZoneMismatch     Signal = "timezone_mismatch"
	LanguageMismatch     Signal = "language_mismatch"
	DisposableEmail      Signal = "disposable_email"
	EmailDomainInvalid   Signal = "email_domain_invalid"
	EmailDomainNoMail    Signal = "email_domain_no_mail"
	UnlikelyMailbox      Signal = "unlikely_mailbox"
	PhoneInvalid         Signal = "phone_invalid"
	PhoneCountryMismatch Signal = "phone_country_mismatch"
	VoIPPhone            Signal = "voip_phone"
	ServicePhone         Signal = "service_phone"
	SharedDevice         Signal = "shared_device"
	VelocityIP           Signal = "velocity_ip"
	VelocityEmail        Signal = "velocity_email"
	VelocityPhone        Signal = "velocity_phone"
	VelocityDevice       Signal = "velocity_device"
)

// Group names signals of one kind. Workflows include signals by group.
type Group string

// The groups.
const (
	IPAnalysis  Group = "ip_analysis"
	Geolocation Group = "geolocation"
	EmailRisk   Group = "email_risk"
	PhoneRisk   Group = "phone_risk"
	DeviceRisk  Group = "device_risk"
	Velocity    Group = "velocity"
)

// Groups returns all groups.
func Groups() []Group {
	return []Group{IPAnalysis, Geolocation, EmailRisk, PhoneRisk, DeviceRisk, Velocity}
}

// uses are the settings that a signal has besides its weight.
type uses struct{ otherCountry, persons, counts bool }

// known are all signals in their order.
var known = []struct {
	signal Signal
	uses   uses
}{
	{HostingNetwork, uses{}}, {ProxyNetwork, uses{}}, {VPNNetwork, uses{}}, {TorNetwork, uses{}},
	{GeoMismatch, uses{otherCountry: true}}, {DistantDevice, uses{}}, {TimeZoneMismatch, uses{}},
	{LanguageMismatch, uses{}},
	{DisposableEmail, uses{}}, {EmailDomainInvalid, uses{}}, {EmailDomainNoMail, uses{}}, {UnlikelyMailbox, uses{}},
	{PhoneInvalid, uses{}}, {PhoneCountryMismatch, uses{}}, {VoIPPhone, uses{}}, {ServicePhone, uses{}},
	{SharedDevice, uses{persons: true}},
	{VelocityIP, uses{counts: true}}, {VelocityEmail, uses{counts: true}}, {VelocityPhone, uses{counts: true}},
	{VelocityDevice, uses{counts: true}},
}
