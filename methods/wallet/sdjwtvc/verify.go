package sdjwtvc

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"
)

// mediaTypes are the types of an issuer's token: that of the draft, and that of drafts before November 2024, which
// issuers still use.
var mediaTypes = []string{"dc+sd-jwt", "vc+sd-jwt"}

// DefaultKeyBindingAge is how old a key binding JWT may be where Options.KeyBindingAge is zero.
const DefaultKeyBindingAge = 10 * time.Minute

// Options are the verifier's side of a presentation. Types, Trust and Now are needed, and Nonce and Audience are,
// unless WithoutKeyBinding is set.
type Options struct {
	// Types are the values of vct that are accepted. A credential is also of the types that its aka_vcts names.
	Types []string
	// Nonce is the nonce of the request.
	Nonce string
	// Audience is the verifier as the holder must name it: in OpenID4VP the client id, or "origin:" and the origin of the
	// page for the Digital Credentials API.
	Audience string
	// Trust decides whether the issuer is trusted. It is called once, before the signature is checked and before Keys is
	// asked, so an untrusted issuer causes no request. An error refuses the presentation and is returned as it is.
	// Trust has to check the chain up to a certificate that the caller knows, and its validity.
	Trust func(Issuer) error
	// Keys finds the issuer's keys for a credential without certificates. Nil refuses such credentials.
	Keys KeySource
	// WithoutKeyBinding accepts a presentation without key binding, which can be repeated by anybody that has seen
	// it. A key binding that is there is checked all the same, with Nonce and Audience.
	WithoutKeyBinding bool
	// KeyBindingAge is how old a key binding JWT may be.
	KeyBindingAge time.Duration
	// Skew is how far the clocks of issuer and holder may differ.
	Skew time.Duration
	// Now is the time of verification.
	Now time.Time
}

// VC is a verified SD-JWT VC.
type VC struct {
	// Claims is the processed payload: plain claims and disclosed ones. Numbers are json.Number.
	Claims map[string]any
	// Issuer is the signer, as Options.Trust was asked.
	Issuer Issuer
	// Types is the type (vct) of the credential, followed by those of aka_vcts.
	Types []string
	// Status says where the status of the credential is found; nil means nowhere.
	Status *Status
	// HolderKey is the thumbprint (RFC 7638, SHA-256) of the key that the holder has proven; "" without key binding.
	HolderKey string
	// KeyBinding holds the claims of the key binding JWT; nil without one. Numbers are json.Number.
	KeyBinding map[string]any
	// Issued, NotBefore and Expires are iat, nbf and exp; the zero time means that the credential has no such claim.
	Issued, NotBefore, Expires time.Time
}

// Status refers to an entry of a token status list.
type Status struct {
	URI   string
	Index uint64
}

// Chain returns the certificates of the issuer, the signer's first.
func (c VC) Chain() []*x509.Certificate { return c.Issuer.Chain }

// Verify checks a presentation in compact serialization (RFC 9901, 7.3) and returns the credential. The error is a
// *Fault, an error of o.Trust or o.Keys, or says which option is missing.
func Verify(ctx context.Context, text string, o Options) (*VC, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	issuer, err := p.issuerOf(ctx, o)
	if err != nil {
		return nil, err
	}
	return p.open(issuer, o)
}

// open checks the claims of the issuer and the holder, once the issuer's signature is checked.
func (p presentation) open(issuer Issuer, o Options) (*VC, error) {
	by, err := p.hash()
	if err != nil {
		return nil, err
	}
	holder, binding, err := p.holderOf(o, by)
	if err != nil {
		return nil, err
	}
	claims := p.issuer.claims
	if err := disclose(claims, p.disclosures, by); err != nil {
		return nil, err
	}
	c := &VC{Claims: claims, Issuer: issuer, HolderKey: holder, KeyBinding: binding, Types: typesOf(claims)}
	if err := c.inTime(o); err != nil {
		return nil, err
	}
	if c.Status, err = statusOf(claims); err != nil {
		return nil, err
	}
	return c, nil
}

func (o Options) check() error {
	switch {
	case len(o.Types) == 0:
		return errors.New("sdjwtvc: Options.Types is missing")
	case o.Trust == nil:
		return errors.New("sdjwtvc: Options.Trust is missing")
	case o.Now.IsZero():
		return errors.New("sdjwtvc: Options.Now is missing")
	case !o.WithoutKeyBinding && (o.Nonce == "" || o.Audience == ""):
		return errors.New("sdjwtvc: Options.Nonce or Options.Audience is missing")
	default:
		return nil
	}
}

func (o Options) keyBindingAge() time.Duration {
	if o.KeyBindingAge > 0 {
		return o.KeyBindingAge
	}
	return DefaultKeyBindingAge
}

// acceptedType returns vct if the credential is of one of the types.
func acceptedType(claims map[string]any, types []string) (string, error) {
	vct, _ := claims["vct"].(string)
	if vct == "" {
		return "", fault(VCTMissing)
	}
	if other, present := claims["aka_vcts"]; present {
		list, _ := other.([]any)
		if len(list) == 0 || slices.ContainsFunc(list, isNoText) || slices.Contains(list, any(vct)) {
			return "", fault(TypesMalformed)
		}
	}
	if !slices.ContainsFunc(typesOf(claims), func(own string) bool { return slices.Contains(types, own) }) {
		return "", fault(VCTUnaccepted)
	}
	return vct, nil
}

func isNoText(value any) bool {
	text, ok := value.(string)
	return !ok || text == ""
}

func typesOf(claims map[string]any) (types []string) {
	others, _ := claims["aka_vcts"].([]any)
	for _, value := range append([]any{claims["vct"]}, others...) {
		if text, ok := value.(string); ok {
			types = append(types, text)
		}
	}
	return types
}

func (c *VC) inTime(o Options) error {
	var ok [3]bool
	c.Issued, ok[0] = timeOf(c.Claims, "iat")
	c.NotBefore, ok[1] = timeOf(c.Claims, "nbf")
	c.Expires, ok[2] = timeOf(c.Claims, "exp")
	switch {
	case ok != [3]bool{true, true, true}:
		return fault(TimeMalformed)
	case !c.Expires.IsZero() && !o.Now.Before(c.Expires.Add(o.Skew)):
		return fault(Expired)
	case c.NotBefore.After(o.Now.Add(o.Skew)):
		return fault(NotYetValid)
	case c.Issued.After(o.Now.Add(o.Skew)):
		return fault(IssuedInFuture)
	default:
		return nil
	}
}

// statusOf reads the reference to a token status list (Token Status List, 6.2). A status without such a reference is of
// a mechanism that this package does not know, and is refused: the caller could not check it.
func statusOf(claims map[string]any) (*Status, error) {
	claim, present := claims["status"]
	if !present {
		return nil, nil //nolint:nilnil // there is no status
	}
	status, _ := claim.(map[string]any)
	list, _ := status["status_list"].(map[string]any)
	uri, _ := list["uri"].(string)
	address, err := url.Parse(uri)
	if err != nil || address.Scheme == "" {
		return nil, fault(StatusMalformed)
	}
	number, _ := list["idx"].(json.Number)
	index, err := number.Int64()
	if err != nil || index < 0 {
		return nil, fault(StatusMalformed)
	}
	return &Status{URI: uri, Index: uint64(index)}, nil
}
