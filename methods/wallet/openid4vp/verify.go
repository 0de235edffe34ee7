package openid4vp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
)

// VerifyOptions are the caller's side of verification. Now is needed, and the trust for each format of the query.
type VerifyOptions struct {
	// Now is the time at which the response arrived.
	Now time.Time
	// Skew is how far the clocks of issuer and holder may differ.
	Skew time.Duration
	// TrustMdoc and TrustSDJWT decide whether an issuer is trusted; see mdoc.Options and sdjwtvc.Options. Verify returns
	// their error, wrapped.
	TrustMdoc  func(mdoc.Issuer) error
	TrustSDJWT func(sdjwtvc.Issuer) error
	// Keys finds the issuer's keys for an SD-JWT VC without certificates. Nil refuses such credentials.
	Keys sdjwtvc.KeySource
}

// Verified is a verified credential. One of Mdoc and SDJWT is set.
type Verified struct {
	// ID is the id of the Credential Query that it answers.
	ID string
	// Claims are the claims that were asked for and are there.
	Claims []ClaimsQuery
	Mdoc   *mdoc.Document
	SDJWT  *sdjwtvc.VC
}

// Verify verifies a presentation (8.6) and returns its credentials in the order of the query. The presentation has to
// answer the query as a whole, with nothing that was not asked for. The error is a *Fault, one of mdoc or sdjwtvc, or
// one of the caller's trust. An error about one entry of a VP Token names the id of its Credential Query.
func (r *Request) Verify(ctx context.Context, p *Presentation, o VerifyOptions) ([]Verified, error) {
	if err := r.checkOptions(o); err != nil {
		return nil, err
	}
	if p.Refusal != "" {
		return nil, fault(WalletRefused)
	}
	v := verification{r, p, o}
	switch p.Transport {
	case Redirect, DCAPI:
		return v.token(ctx)
	case AnnexC:
		return v.annexC()
	}
	return nil, fault(PresentationStored)
}

func (r *Request) checkOptions(o VerifyOptions) error {
	if o.Now.IsZero() {
		return errors.New("openid4vp: VerifyOptions.Now is missing")
	}
	for _, c := range r.Query.Credentials {
		if c.Format == FormatMdoc && o.TrustMdoc == nil || c.Format == FormatSDJWT && o.TrustSDJWT == nil {
			return errors.New("openid4vp: VerifyOptions.TrustMdoc or VerifyOptions.TrustSDJWT is missing")
		}
	}
	return nil
}

type verification struct {
	*Request
	presentation *Presentation
	options      VerifyOptions
}

// token verifies a VP Token.
func (v verification) token(ctx context.Context) ([]Verified, error) {
	if err := v.Query.match(v.presentation.Token); err != nil {
		return nil, err
	}
	var all []Verified
	for i := range v.Query.Credentials {
		c := &v.Query.Credentials[i]
		for _, text := range v.presentation.Token[c.ID] {
			one, err := v.credential(ctx, c, text)
			if err != nil {
				return nil, wrap(c.ID, err)
			}
			all = append(all, one)
		}
	}
	return all, v.checkTransaction(all)
}

// wrap adds the id of the Credential Query to an error of another package.
func wrap(id string, err error) error {
	var own *Fault
	if errors.As(err, &own) {
		return err
	}
	return fmt.Errorf("openid4vp: credential %s: %w", id, err)
}

// match checks a VP Token against the query (6.4.2, 8.1): no entry that was not asked for, one presentation in an entry
// unless more may be there, and enough entries to answer the query.
func (q *Query) match(token map[string][]string) error {
	ids := make([]string, 0, len(token))
	for id, presentations := range token {
		c := q.credential(id)
		if c == nil {
			return fault(CredentialUnrequested)
		}
		if len(presentations) == 0 || len(presentations) > maxPresentations {
			return fault(PresentationStored)
		}
		if len(presentations) > 1 && !c.Multiple {
			return faultOf(CredentialRepeated, c.ID)
		}
		ids = append(ids, id)
	}
	if !q.answeredBy(ids) {
		return fault(CredentialMissing)
	}
	return nil
}

func (v verification) credential(ctx context.Context, c *CredentialQuery, text string) (Verified, error) {
	if c.Format == FormatSDJWT {
		return v.sdjwt(ctx, c, text)
	}
	response, err := encoding.DecodeString(text)
	if err != nil {
		return Verified{}, faultOf(MdocEncoding, c.ID)
	}
	return v.mdoc(c, response)
}

// transcript returns the SessionTranscript of the request (B.2.6, and ISO/IEC TS 18013-7 Annex C).
func (v verification) transcript() ([]byte, error) {
	var thumbprint mdoc.Thumbprint
	if !v.Plain {
		thumbprint = v.Key.thumbprint()
	}
	switch v.presentation.Transport {
	case Redirect:
		return mdoc.RedirectTranscript(v.ClientID, v.Nonce, thumbprint, v.ResponseURI), nil
	case DCAPI:
		return mdoc.DCAPITranscript(v.presentation.Origin, v.Nonce, thumbprint), nil
	default:
		info, err := v.encryptionInfo()
		return mdoc.AnnexCTranscript(info, v.presentation.Origin), err
	}
}

func (v verification) mdocOptions(requests ...mdoc.Request) (mdoc.Options, error) {
	transcript, err := v.transcript()
	return mdoc.Options{
		Transcript: transcript, Requests: requests, Now: v.options.Now, Skew: v.options.Skew,
		Trust: v.options.TrustMdoc, ReaderKey: v.Key.private,
	}, err
}

// mdoc verifies one mdoc.
func (v verification) mdoc(c *CredentialQuery, response []byte) (Verified, error) {
	options, err := v.mdocOptions(c.mdocRequest())
	if err != nil {
		return Verified{}, err
	}
	documents, err := mdoc.Verify(response, options)
	if err != nil {
		return Verified{}, err
	}
	return c.verified(&documents[0])
}

// mdocRequest returns the request for the document, with the claim sets in their order.
func (c *CredentialQuery) mdocRequest() mdoc.Request {
	request := mdoc.Request{DocType: c.Meta.DocType}
	for i, claims := range c.sets() {
		if i == 0 {
			request.Elements = elementsOf(claims)
			continue
		}
		request.Alternatives = append(request.Alternatives, elementsOf(claims))
	}
	return request
}

// verified returns a document that has been verified for the query.
func (c *CredentialQuery) verified(document *mdoc.Document) (Verified, error) {
	one := Verified{ID: c.ID, Claims: c.sets()[document.Set], Mdoc: document}
	return one, one.checkValues()
}

// annexC verifies a DeviceResponse with all its documents. A DeviceRequest cannot ask for one of several documents, so
// a wallet returns each that it has: the result holds the documents of the preferred options alone.
func (v verification) annexC() ([]Verified, error) {
	types, err := mdoc.DocTypes(v.presentation.DeviceResponse)
	if err != nil {
		return nil, err
	}
	answered, ids := v.Query.documents(types)
	needed := v.Query.preferred(ids)
	if len(needed) == 0 || !v.Query.answeredBy(ids) {
		return nil, fault(CredentialMissing)
	}
	requests := make([]mdoc.Request, len(answered))
	for i, c := range answered {
		requests[i] = c.mdocRequest()
	}
	options, err := v.mdocOptions(requests...)
	if err != nil {
		return nil, err
	}
	documents, err := mdoc.Verify(v.presentation.DeviceResponse, options)
	if err != nil {
		return nil, err
	}
	var all []Verified
	for i, c := range answered {
		if !slices.Contains(needed, c.ID) {
			continue
		}
		one, err := c.verified(&documents[i])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// documents returns the Credential Queries for mdocs of these types, and their ids.
func (q *Query) documents(types []string) (queries []*CredentialQuery, ids []string) {
	for i := range q.Credentials {
		c := &q.Credentials[i]
		if c.Format == FormatMdoc && slices.Contains(types, c.Meta.DocType) {
			queries, ids = append(queries, c), append(ids, c.ID)
		}
	}
	return queries, ids
}

// audience returns the verifier as the holder must name it (B.3.6).
func (v verification) audience() string {
	if v.presentation.Transport == DCAPI {
		return "origin:" + v.presentation.Origin
	}
	return v.ClientID
}

// sdjwt verifies one SD-JWT VC, and finds the first claim set that it has.
func (v verification) sdjwt(ctx context.Context, c *CredentialQuery, text string) (Verified, error) {
	credential, err := sdjwtvc.Verify(ctx, text, sdjwtvc.Options{
		Types: c.Meta.Types, Nonce: v.Nonce, Audience: v.audience(), Trust: v.options.TrustSDJWT,
		Keys: v.options.Keys, Skew: v.options.Skew, Now: v.options.Now,
	})
	if err != nil {
		return Verified{}, err
	}
	for _, claims := range c.sets() {
		if hasAll(credential.Claims, claims) {
			one := Verified{ID: c.ID, Claims: claims, SDJWT: credential}
			return one, one.checkValues()
		}
	}
	return Verified{}, faultOf(ClaimMissing, c.ID)
}

func hasAll(credential map[string]any, claims []ClaimsQuery) bool {
	return !slices.ContainsFunc(claims, func(claim ClaimsQuery) bool { return len(claim.Path.find(credential)) == 0 })
}

// checkTransaction checks that a credential has the hash of each transaction object that names it (B.3.3.1).
func (v verification) checkTransaction(all []Verified) error {
	for _, text := range v.Transaction {
		ids, err := transactionIDs(text)
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(text))
		hash := encoding.EncodeToString(sum[:])
		if !slices.ContainsFunc(all, func(one Verified) bool {
			return slices.Contains(ids, one.ID) && one.proves(hash)
		}) {
			return fault(TransactionUnproven)
		}
	}
	return nil
}

// proves reports whether the key binding JWT has a hash of transaction data.
func (v *Verified) proves(hash string) bool {
	if v.SDJWT == nil {
		return false
	}
	if alg, named := v.SDJWT.KeyBinding["transaction_data_hashes_alg"]; named && alg != "sha-256" {
		return false
	}
	hashes, _ := v.SDJWT.KeyBinding["transaction_data_hashes"].([]any)
	return slices.Contains(hashes, any(hash))
}
