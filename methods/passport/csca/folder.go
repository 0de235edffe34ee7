package csca

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/settings"
)

// Variable is the environment variable that names the folder.
const Variable = "STILE_CSCA_DIR"

// SettingsFile is the name of the file of settings in the folder.
const SettingsFile = "csca.yaml"

// file is csca.yaml.
type file struct {
	// SHA1 is "refuse" or "accept".
	SHA1 string `yaml:"sha1"`
	// RevocationLists is "optional" or "required".
	RevocationLists string `yaml:"revocation_lists"`
	// ListSigners is a file of certificates that sign the master lists in the folder. Its path is relative to csca.yaml.
	ListSigners string `yaml:"list_signers"`
}

func (f file) options() (Options, error) {
	if f.SHA1 != "" && f.SHA1 != "refuse" && f.SHA1 != "accept" {
		return Options{}, errors.New("sha1 must be refuse or accept")
	}
	if f.RevocationLists != "" && f.RevocationLists != "optional" && f.RevocationLists != "required" {
		return Options{}, errors.New("revocation_lists must be optional or required")
	}
	return Options{SHA1: f.SHA1 == "accept", RequireLists: f.RevocationLists == "required"}, nil
}

// snapshot is the content of the folder.
type snapshot struct {
	pool  *Pool
	lists []List
}

// readSettings reads csca.yaml; without the file every setting has its default. Signers is the path of the file of
// signers, "" without one.
func readSettings(dir string) (o Options, signers string, err error) {
	path := filepath.Join(dir, SettingsFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return o, "", nil
	}
	var f file
	if err := settings.Read(Variable, path, &f); err != nil {
		return o, "", err
	}
	if o, err = f.options(); err != nil {
		return o, "", fmt.Errorf("%s: %s: %w", Variable, path, err)
	}
	if f.ListSigners != "" {
		signers = filepath.Join(dir, f.ListSigners)
	}
	return o, signers, nil
}

// readSigners returns the certificates of a file of signers; nil without one.
func readSigners(path string) (all []*emrtd.Certificate, err error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("list_signers: %w", err)
	}
	for _, der := range blocksOf(content) {
		c, err := emrtd.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("list_signers: %s holds no certificate that can be read", path)
		}
		all = append(all, c)
	}
	return all, nil
}

func readFolder(dir string) (*snapshot, error) {
	options, signersFile, err := readSettings(dir)
	if err != nil {
		return nil, err
	}
	signers, err := readSigners(signersFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	var all contents
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir && strings.HasPrefix(entry.Name(), ".") && entry.IsDir() {
			return fs.SkipDir
		}
		if entry.IsDir() || !wanted(entry.Name()) || path == signersFile {
			return nil
		}
		content, err := os.ReadFile(path) //nolint:gosec // links are followed: an operator may use them
		if err != nil {
			return err
		}
		r := &reading{source: path, options: options, signers: signers}
		if err := r.read(content); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all.add(r.contents)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	pool, strangers := newPool(options, all.authorities, all.revoked)
	for _, list := range strangers {
		if !list.exported {
			return nil, fmt.Errorf("%s: %s: the revocation list is not signed by an authority of the folder",
				Variable, list.source)
		}
	}
	return &snapshot{pool: pool, lists: all.lists}, nil
}

func (c *contents) add(other contents) {
	c.authorities = append(c.authorities, other.authorities...)
	c.revoked = append(c.revoked, other.revoked...)
	c.lists = append(c.lists, other.lists...)
}

// wanted reports whether a file holds authorities by its name.
func wanted(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".txt") &&
		name != SettingsFile
}

// RevocationList describes a revocation list.
type RevocationList struct {
	File, Issuer string
	Issued, Next time.Time // Next is zero if the list does not say
	Revoked      int
}

func (l *revocations) describe() RevocationList {
	return RevocationList{l.source, emrtd.NameText(l.issuer), l.issued, l.next, len(l.serials)}
}

// Inspection is the content of a file.
type Inspection struct {
	Form        Form
	Authorities []Authority
	Lists       []List
	Revocations []RevocationList
	// Faults say why a part of the file does not count now.
	Faults []string
}

// Inspect reads a file as if it lay in the folder alone, with the settings of the folder that it lies in. The error
// says why the file cannot be read.
func Inspect(path string, now time.Time) (Inspection, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Inspection{}, err
	}
	options, signersFile, err := readSettings(filepath.Dir(path))
	if err != nil {
		return Inspection{}, err
	}
	signers, err := readSigners(signersFile)
	if err != nil {
		return Inspection{}, err
	}
	r := &reading{source: path, options: options, signers: signers}
	if err := r.read(content); err != nil {
		return Inspection{Form: FormUnknown}, err
	}
	found := Inspection{Form: r.form, Authorities: r.authorities, Lists: r.lists}
	for _, list := range r.revoked {
		found.Revocations = append(found.Revocations, list.describe())
		if !list.exported && !list.currentAt(now) {
			found.Faults = append(found.Faults, "the revocation list is not current, so it proves no signer unrevoked")
		}
	}
	if r.unlisted > 0 {
		found.Faults = append(found.Faults, fmt.Sprintf("%d entries cannot be read, and do not count", r.unlisted))
	}
	if r.form == FormCertificates {
		for _, a := range r.authorities {
			if !a.ValidAt(now) {
				found.Faults = append(found.Faults, emrtd.NameText(a.RawSubject)+" is not valid now")
			}
		}
	}
	return found, nil
}
