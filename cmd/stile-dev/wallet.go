package main

import (
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/walletdev"
)

// useDevelopmentIssuers makes the issuers of wallet credentials and of a passport, and trusts them.
func useDevelopmentIssuers(c *config.Config, folder *folder) error {
	if err := useDevelopmentIssuer(c, folder); err != nil {
		return err
	}
	return useDevelopmentPassport(c, folder)
}

// useDevelopmentIssuer makes an issuer of wallet credentials in the data folder, at the first run, and trusts it unless
// the environment names trusted issuers. It makes a certificate of the verifier, too, and uses it unless the
// environment names one.
func useDevelopmentIssuer(c *config.Config, folder *folder) error {
	files, err := walletdev.Ensure(folder.Path("wallet"), verifierHosts(*c), time.Now())
	if err != nil {
		return err
	}
	if c.TrustDir == "" {
		c.TrustDir = files.TrustDir()
	}
	if c.VerifierKeyFile == "" && c.VerifierCert == "" {
		c.VerifierKeyFile, c.VerifierCert = files.VerifierKey(), files.Verifier()
	}
	return nil
}

// verifierHosts returns the host names under which wallets reach this process.
func verifierHosts(c config.Config) []string {
	hosts := []string{"localhost"}
	listen, _, _ := net.SplitHostPort(c.Listen)
	for _, host := range []string{listen, hostOf(c.APIURL), hostOf(c.VerifyURL)} {
		if host != "" && net.ParseIP(host) == nil && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}
