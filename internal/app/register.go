package app

import (
	"cmp"
	"crypto/rand"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openbanking"
	"github.com/stile-id/stile/methods/passport"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/methods/wallet"
	"github.com/stile-id/stile/methods/wallet/issuers"
)

// register makes the registry of methods, as they are configured, that API and worker share.
func (a *App) register() (*methods.Registry, error) {
	c := a.options.Config
	students, err := student.ReadSettings(c.StudentFile)
	if err != nil {
		return nil, err
	}
	banks, err := openbanking.ReadBanks(c.BanksFile)
	if err != nil {
		return nil, err
	}
	carriers, err := carrier.ReadSettings(c.CarriersFile)
	if err != nil {
		return nil, err
	}
	wallets, err := a.wallets()
	if err != nil {
		return nil, err
	}
	limits, err := document.ReadLimits(c.DocumentFile)
	if err != nil {
		return nil, err
	}
	authorities, err := csca.Open(csca.FolderOptions{Dir: c.CSCADir, Log: a.log, Watch: &a.files})
	if err != nil {
		return nil, err
	}
	return shipped.Registry(shipped.Options{
		SimulatedDelay: c.SimulatedDelay, ProviderPatience: c.ProviderPatience,
		Mail: a.mailer() != nil, Student: students, Banks: banks,
		Carrier: carrier.Options{
			Settings: carriers, Egress: a.egress(), Patience: c.ProviderPatience, Page: a.verifyURL, Now: time.Now, Log: a.log,
		},
		Login: login.Options{Egress: a.egress(), Page: a.verifyURL, Now: time.Now, Log: a.log},
		Document: document.Options{
			Vision: a.eyes.client, Patience: c.ProviderPatience, Limits: limits, Now: time.Now, Log: a.log,
		},
		Face: face.Options{
			Vision: a.eyes.client, Patience: c.ProviderPatience, Gap: a.options.FrameGap, Random: rand.Reader, Now: time.Now,
			Log: a.log,
		},
		Passport: passport.Options{Authorities: authorities, Log: a.log},
		Wallet:   wallets,
	}, a.options.Methods...)
}

// wallets returns the options of the methods that verify credentials of wallets.
func (a *App) wallets() (o wallet.Options, err error) {
	c := a.options.Config
	o.Page, o.Log = a.verifyURL, a.log
	if o.Issuers, err = issuers.Open(issuers.Options{
		Dir: c.TrustDir, Egress: a.egress(), Log: a.log, Watch: &a.files,
	}); err != nil {
		return o, err
	}
	o.Verifier, err = wallet.ReadVerifier(wallet.VerifierSettings{
		KeyFile: c.VerifierKeyFile, CertificateFile: c.VerifierCert, Scheme: c.VerifierScheme, Link: c.WalletLink,
		Plain: c.VerifierPlain, APIURL: cmp.Or(c.APIURL, a.URL()),
	})
	return o, err
}
