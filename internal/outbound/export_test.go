package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
)

// Trust makes a client trust certificates in addition to those of the system.
func Trust(c *http.Client, roots *x509.CertPool) {
	g, _ := c.Transport.(guarded)
	for _, transport := range []*http.Transport{g.kept, g.fresh} {
		if transport.TLSClientConfig == nil {
			transport.TLSClientConfig = &tls.Config{}
		}
		transport.TLSClientConfig.RootCAs = roots
	}
}
