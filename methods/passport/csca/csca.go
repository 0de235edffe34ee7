// Package csca holds the country signing authorities (CSCA) that an operator trusts for the method nfc_passport, and
// says whether the signer of a document is under one of them (ICAO Doc 9303, part 12). docs/methods/nfc.md describes
// the files.
//
//	trusted, err := csca.Open(csca.FolderOptions{Dir: dir, Log: log})
//	document, err := emrtd.Verify(files, emrtd.Options{
//		SHA1: trusted.SHA1(),
//		Trust: func(signer *emrtd.Certificate) (err error) {
//			finding, err = trusted.Check(signer, now)
//			return err
//		}, …
//	})
//
// # Checks
//
// Check makes these checks. Clauses are those of ICAO Doc 9303, as part-clause.
//
//	check                                                      clause       code
//	an authority has the name of the signer's issuer           11-5.1       issuer_unknown
//	  and has signed the signer's certificate                  11-5.1       issuer_signature
//	  and is a root, or linked to one by its predecessors      11-5.1       issuer_unknown
//	version 3, no CA, digitalSignature, no extended key usage, 12-7.1       issuer_malformed
//	  no unknown critical extension
//	signer and root are of one country                         12-7.1       issuer_country
//	the signer is valid now                                    12-5.3       issuer_expired
//	each authority of the path is valid now                    12-5.3       authority_expired
//	the signer is on no revocation list of its issuer, nor     12-6         issuer_revoked
//	  is a link to its authority
//	there is a current list, if the operator demands one       12-6         issuer_revocation_unknown
//
// A self-signed certificate in the folder is a root. One that a predecessor has issued is a link: it counts if the
// predecessor does. Certificates of a master list are treated alike.
//
// # Not checked
//
// The revocation of roots: an operator removes the file. Private key usage periods: they bound when a signer
// signs, and few signers state the time. Path lengths, because a link has the same as the root that it links.
package csca

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Options are the settings of csca.yaml.
type Options struct {
	// SHA1 accepts SHA-1 in signatures and digests.
	SHA1 bool
	// RequireLists refuses a signer without a current revocation list of its issuer.
	RequireLists bool
}

// FolderOptions configure a Folder.
type FolderOptions struct {
	// Dir is the folder STILE_CSCA_DIR; empty means that no authority is trusted.
	Dir string
	// Now is time.Now if nil. Log is slog.Default if nil.
	Now func() time.Time
	Log *slog.Logger
	// Watch, if not nil, looks at the files.
	Watch *follow.Watch
}

// Folder holds the authorities of a folder; a nil Folder holds none. It follows the files and needs no Close. It is
// safe for concurrent use.
type Folder struct {
	folder *follow.Folder[*snapshot] // nil without a folder
	now    func() time.Time
}

// Open reads the folder. A faulty file is an error that names it. If a file becomes faulty later, the authorities of
// before stay, and the log says so.
func Open(o FolderOptions) (*Folder, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Folder{now: o.Now}
	if o.Dir == "" {
		return f, nil
	}
	if _, err := os.Stat(o.Dir); err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	folder, err := follow.OpenFolder(
		follow.Options{
			Path: o.Dir, Name: "folder of country signing authorities", Setting: Variable,
			Watch: o.Watch, Log: o.Log, Now: o.Now,
		},
		func() (*snapshot, error) { return readFolder(o.Dir) })
	if err != nil {
		return nil, err
	}
	f.folder = folder
	return f, nil
}

// nothing is the snapshot without a folder.
var nothing = func() *snapshot {
	pool, _ := newPool(Options{}, nil, nil)
	return &snapshot{pool: pool}
}()

func (f *Folder) snapshot() *snapshot {
	if f == nil || f.folder == nil {
		return nothing
	}
	return f.folder.Value()
}

// Unavailable returns why no document can be accepted, or "" where one can. It is for methods.Method.Unavailable.
func (f *Folder) Unavailable() string {
	if f == nil || f.folder == nil {
		return Variable + " is not set, so no issuing state is trusted"
	}
	authorities, now := f.snapshot().pool.authorities, f.now()
	if len(authorities) == 0 {
		return "the folder of " + Variable + " has no authority"
	}
	if !slices.ContainsFunc(authorities, func(a Authority) bool { return !now.After(a.NotAfter) }) {
		return "every authority in the folder of " + Variable + " has expired"
	}
	return ""
}

// SHA1 reports whether the operator accepts SHA-1.
func (f *Folder) SHA1() bool { return f.snapshot().pool.options.SHA1 }

// Check is that of Pool.
func (f *Folder) Check(signer *emrtd.Certificate, now time.Time) (Finding, error) {
	return f.snapshot().pool.Check(signer, now)
}

// Authorities returns the authorities, Lists the master lists that some of them come from, and Revocations the
// revocation lists.
func (f *Folder) Authorities() []Authority { return f.snapshot().pool.Authorities() }

// Lists returns the master lists of the folder.
func (f *Folder) Lists() []List { return slices.Clone(f.snapshot().lists) }

// Revocations describes the revocation lists of the folder.
func (f *Folder) Revocations() (all []RevocationList) {
	for _, list := range f.snapshot().pool.revoked {
		all = append(all, list.describe())
	}
	return all
}
