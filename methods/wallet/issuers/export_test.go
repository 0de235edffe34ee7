package issuers

import "net/http"

// UseTransport has requests go through a transport that knows the certificate of a test's server.
func (i *Issuers) UseTransport(t http.RoundTripper) { i.fetch.client.Transport = t }
