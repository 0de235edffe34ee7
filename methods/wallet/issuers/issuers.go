// Package issuers holds the issuers that an operator trusts for the methods mdl, mid and eudi_pid, and says whether the
// issuer of a document is one of them, and whether issuer and document are revoked. docs/methods/wallets.md describes
// the files.
//
//	trusted, err := issuers.Open(issuers.Options{Dir: dir, Egress: egress, Log: log})
//	documents, err := mdoc.Verify(response, mdoc.Options{
//		Trust: func(issuer mdoc.Issuer) (err error) {
//			finding, err = trusted.Mdoc(ctx, rules.MethodMDL, issuer, now)
//			return err
//		}, …
//	})
//	state, err := trusted.Status(ctx, finding, issuers.MdocStatus(documents[0].Status))
//
// A refusal is a *Fault.
//
// # Lists of revoked certificates and credentials
//
// Lists are fetched when a document names them, at most one request at a time for each, and kept: a revocation list of
// certificates until its nextUpdate, a status list until its exp, or until its ttl has passed, or for five minutes if
// it has neither; and in any case they are fetched again after an hour. A list that cannot be fetched again is used for
// as long as it may be kept. Addresses are those that trusted issuers have signed, and package outbound refuses the
// ones inside the operator's network.
//
// # Signers of status lists
//
// The signer of the document itself, with the same certificate or, in a list without one, with its key; or a signer of
// the same authority: its certificate stands under a root that is trusted for the document's type, or is one of a
// status service of a trusted list, is valid and not revoked, is of the same country, and of the same province if both
// name one, and is not for TLS or for readers. Token Status List 11.3 leaves that to the verifier. Of an issuer that
// publishes its keys, one of these keys must have signed.
package issuers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/statuslist"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// Options configure Issuers.
type Options struct {
	// Dir is the folder STILE_TRUST_DIR; empty means that no issuer is trusted.
	Dir string
	// Egress decides which addresses lists may be fetched from.
	Egress outbound.Policy
	// Now is time.Now if nil. Log is slog.Default if nil.
	Now func() time.Time
	Log *slog.Logger
	// Watch, if not nil, looks at the files.
	Watch *follow.Watch
}

// Issuers are the issuers that the operator trusts. They follow the files, and need no Close. They are safe for
// concurrent use.
type Issuers struct {
	folder *follow.Folder[snapshot] // nil without a folder
	now    func() time.Time
	log    *slog.Logger
	fetch  fetcher

	revocations *cache[[]byte]
	statuses    *cache[signedList]
	metadata    *cache[[]byte]
}

// The sizes of all lists that are kept, in bytes.
const (
	boundRevocations = 64 << 20
	boundStatuses    = 128 << 20
	boundMetadata    = 8 << 20
)

// Open reads the folder. A faulty file is an error that names it. If a file becomes faulty later, its method keeps the
// issuers that it has, and the log says so.
func Open(o Options) (*Issuers, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	i := &Issuers{
		now: o.Now, log: o.Log, fetch: newFetcher(o.Egress),
		revocations: newCache[[]byte](boundRevocations, o.Now), statuses: newCache[signedList](boundStatuses, o.Now),
		metadata: newCache[[]byte](boundMetadata, o.Now),
	}
	if o.Dir == "" {
		return i, nil
	}
	if _, err := os.Stat(o.Dir); err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	folder, err := follow.OpenFolder(
		follow.Options{
			Path: o.Dir, Name: "folder of trusted issuers", Setting: Variable, Watch: o.Watch, Log: o.Log, Now: o.Now,
		},
		(&reader{dir: o.Dir, log: o.Log}).read)
	if err != nil {
		return nil, err
	}
	i.folder = folder
	return i, nil
}

// of returns the issuers of a method, which must be mdl, mid or eudi_pid.
func (i *Issuers) of(m rules.Method) *trusted {
	if i.folder == nil {
		return untrusted[m]
	}
	return i.folder.Value()[m]
}

// Unavailable returns why the method can accept no document, or "" where it can. It is for methods.Method.Unavailable.
func (i *Issuers) Unavailable(m rules.Method) string {
	if i.folder == nil {
		return Variable + " is not set, so no issuer is trusted"
	}
	trusted := i.of(m)
	if len(trusted.issuers) > 0 {
		return ""
	}
	anchors := trusted.pool.Anchors()
	if len(anchors) == 0 {
		return fmt.Sprintf("the folder %s of %s has no issuers", m, Variable)
	}
	now := i.now()
	if !slices.ContainsFunc(anchors, func(a trust.Anchor) bool { return !now.After(a.Certificate.NotAfter) }) {
		return fmt.Sprintf("every issuer in the folder %s of %s has expired", m, Variable)
	}
	return ""
}

// Documents returns the document types of mdoc that the method accepts.
func (i *Issuers) Documents(m rules.Method) []Document { return slices.Clone(i.of(m).documents) }

// Types returns the types (vct) of SD-JWT VC that the method accepts.
func (i *Issuers) Types(m rules.Method) []string { return slices.Clone(i.of(m).types) }

// Anchors returns the certificates that are trusted for a method, and Lists the lists that some of them come from.
func (i *Issuers) Anchors(m rules.Method) []trust.Anchor { return i.of(m).pool.Anchors() }

// Lists returns the lists in the folder of the method.
func (i *Issuers) Lists(m rules.Method) []trust.List { return slices.Clone(i.of(m).lists) }

// Finding is the record of the check of an issuer.
type Finding struct {
	Method rules.Method
	// DocType is the document type, or the type of the SD-JWT VC that the issuer is trusted for.
	DocType string
	// Anchor is the certificate that the operator trusts. Its Certificate is nil for an issuer that publishes its keys.
	Anchor trust.Anchor
	// Revocation tells whether the signer is revoked. It is unknown where the operator accepts that the revocation list
	// could not be had.
	Revocation trust.RevocationState
	// Country is the country of the anchor, ISO 3166-1 alpha-2; "" for an issuer that publishes its keys.
	Country string

	signer *mdoc.Certificate
	name   string // of an issuer that publishes its keys
	jwt    bool
}

// Mdoc checks the issuer of an mdoc: call it in mdoc.Options.Trust.
func (i *Issuers) Mdoc(ctx context.Context, m rules.Method, issuer mdoc.Issuer, now time.Time) (Finding, error) {
	trusted := i.of(m)
	at := slices.IndexFunc(trusted.documents, func(d Document) bool { return d.DocType == issuer.DocType })
	if at < 0 {
		return Finding{Method: m, DocType: issuer.DocType}, &Fault{Code: UnknownIssuer, Cause: "no such document type"}
	}
	return i.check(ctx, m, trust.Query{
		DocType: issuer.DocType, Chain: issuer.Chain, Signed: issuer.Signed, Now: now,
		Profile: trusted.documents[at].Profile,
	})
}

// check checks the issuer of a query in the pool of the method.
func (i *Issuers) check(ctx context.Context, m rules.Method, q trust.Query) (Finding, error) {
	trusted := i.of(m)
	q.Revocation = trust.Revocation{
		Fetch: i.fetchRevocations, Now: i.now(), AcceptUnknown: trusted.acceptUnreachable,
	}
	found, err := trusted.pool.Check(ctx, q)
	if ctx.Err() != nil {
		return Finding{}, ctx.Err() // a list that was not waited for says nothing about the issuer
	}
	finding := Finding{Method: m, DocType: q.DocType, Anchor: found.Anchor, Revocation: found.Revocation}
	if found.Anchor.Certificate != nil {
		finding.Country = countryOf(found.Anchor.Certificate)
	}
	if len(q.Chain) > 0 {
		finding.signer = q.Chain[0]
	}
	if found.Revocation == trust.RevocationUnreached {
		i.log.Warn("wallet: the revocation list of an issuer cannot be had; "+consequence(err == nil, "its signer"),
			"method", m, "issuer", finding.issuer())
	}
	return finding, explain(err)
}

// consequence tells the reader of the log whether a signer or a document without a list is accepted.
func consequence(accepted bool, what string) string {
	if accepted {
		return what + " is accepted, because the operator accepts unreachable lists"
	}
	return what + " is refused"
}

func countryOf(certificate *mdoc.Certificate) string {
	if len(certificate.Subject.Country) != 1 {
		return ""
	}
	return certificate.Subject.Country[0]
}

// SDJWT checks the issuer of an SD-JWT VC: call it in sdjwtvc.Options.Trust.
func (i *Issuers) SDJWT(ctx context.Context, m rules.Method, issuer sdjwtvc.Issuer, now time.Time) (Finding, error) {
	if len(issuer.Chain) == 0 {
		return i.named(m, issuer)
	}
	signer, err := mdoc.ParseCertificate(issuer.Chain[0].Raw)
	if err != nil {
		return Finding{Method: m, DocType: issuer.VCT}, &Fault{Code: InvalidIssuer, Cause: "its key is not supported"}
	}
	finding, err := Finding{Method: m, DocType: issuer.VCT}, error(&Fault{Code: UnknownIssuer, Cause: "no such type"})
	for _, vct := range i.of(m).typesOf(issuer.VCT) {
		finding, err = i.check(ctx, m, trust.Query{
			DocType: vct, Chain: []*mdoc.Certificate{signer}, Signed: now, Now: now, Profile: trust.EU,
		})
		finding.jwt = true
		if !errors.Is(err, &Fault{Code: UnknownIssuer}) {
			break
		}
	}
	return finding, err
}

// named checks an issuer that publishes its keys: the operator must have named it.
func (i *Issuers) named(m rules.Method, issuer sdjwtvc.Issuer) (Finding, error) {
	trusted := i.of(m)
	for _, vct := range trusted.typesOf(issuer.VCT) {
		if slices.Contains(trusted.issuers[issuer.Name], vct) {
			return Finding{
				Method: m, DocType: vct, Revocation: trust.RevocationUnchecked, name: issuer.Name, jwt: true,
			}, nil
		}
	}
	return Finding{Method: m, DocType: issuer.VCT}, &Fault{Code: UnknownIssuer, Cause: "trust.yaml does not name it"}
}

// authority identifies the issuer, for the cache: lists of different issuers are verified apart.
func (f Finding) authority() string {
	if f.signer == nil {
		return f.name
	}
	sum := sha256.Sum256(f.signer.DER)
	return string(sum[:])
}

// Reference says where the status of a credential is found. MdocStatus and SDJWTStatus make one.
type Reference struct {
	// URI and Index are those of a token status list. URI is "" where the credential names a list of another kind.
	URI   string
	Index uint64
}

// MdocStatus returns the reference of an mdoc; nil without one.
func MdocStatus(s *mdoc.Status) *Reference {
	if s == nil {
		return nil
	}
	return &Reference{URI: s.ListURI, Index: s.ListIndex}
}

// SDJWTStatus returns the reference of an SD-JWT VC; nil without one.
func SDJWTStatus(s *sdjwtvc.Status) *Reference {
	if s == nil {
		return nil
	}
	return &Reference{URI: s.URI, Index: s.Index}
}

// State is the status of a credential that is accepted.
type State string

// The states: the status list says that it is valid; the credential names no list; the list could not be had, and the
// operator accepts that.
const (
	StateValid       State = "valid"
	StateNone        State = "none"
	StateUnreachable State = "unreachable"
)

var refusedStatuses = map[statuslist.Status]Code{
	statuslist.Invalid: RevokedCredential, statuslist.Suspended: SuspendedCredential, statuslist.Unknown: UnknownStatus,
}
