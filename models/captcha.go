package models

// CaptchaAttempt is the token of a captcha, with what it is checked against.
type CaptchaAttempt struct {
	Token string
	// Host is the host of the page that sends the token.
	Host string
	// Address is the IP address of the user; "" if it is unknown.
	Address string
	// Request is the same in every repeat of one request, and differs between requests; "" if repeats cannot be told.
	Request string
}
