package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// Source is a file, or a folder with files, of issuers' certificates. A file is one of: certificates in PEM or one in
// DER, a VICAL (ISO/IEC 18013-5 C.1.7.1), an EU trusted list (ETSI TS 119 612 in XML, ETSI TS 119 602 in JSON). Its
// content tells which, not its name. Files with names that end with .md or .txt are not read, nor anything with a name
// that begins with a dot. Folders below a folder are read, and symbolic links are followed.
type Source struct {
	Path string
	// DocTypes are the document types that the certificates are trusted for. A VICAL names the document types of each of
	// its certificates, and those that are also here count.
	DocTypes []string
	// ListSigners is a file of certificates. A VICAL, and an EU trusted list in JSON, must be signed by one of them, or by
	// a certificate under one of them. Without ListSigners a signature is checked, but any signer is accepted.
	ListSigners string
	// Services holds document types by the types of services of an EU trusted list: a service's certificates are trusted
	// for its document types. Certificates of other services are not taken.
	Services map[string][]string
}

// Store reads sources and follows them.
type Store struct {
	sources []Source
	mu      sync.Mutex // held by Refresh
	digest  [sha256.Size]byte
	pool    atomic.Pointer[Pool]
	lists   atomic.Pointer[[]List]
}

// List is a VICAL or an EU trusted list that has been read.
type List struct {
	File string
	// Issued and NextUpdate are zero where the list does not say. An old list is still used: the operator decides.
	Issued     time.Time
	NextUpdate time.Time
	// Skipped is the number of certificates that mdoc.ParseCertificate cannot read, for example with RSA keys.
	Skipped int
}

// Open reads sources. It fails if any of their files is malformed.
func Open(sources []Source) (*Store, error) {
	s := &Store{sources: sources}
	if _, err := s.Refresh(); err != nil {
		return nil, err
	}
	return s, nil
}

// Pool returns the anchors as of the last Refresh that succeeded.
func (s *Store) Pool() *Pool { return s.pool.Load() }

// Lists returns the lists that the pool was read from.
func (s *Store) Lists() []List { return *s.lists.Load() }

// Refresh reads the sources again and reports whether their content has changed. If a file is malformed, it returns an
// error and the store keeps its pool.
func (s *Store) Refresh() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, digest, err := s.read()
	if err != nil {
		return false, err
	}
	if s.pool.Load() != nil && digest == s.digest {
		return false, nil
	}
	var anchors []Anchor
	lists := []List{}
	for _, file := range files {
		found, list, err := file.anchors()
		if err != nil {
			return false, err
		}
		anchors = append(anchors, found...)
		if list != nil {
			lists = append(lists, *list)
		}
	}
	s.digest = digest
	s.pool.Store(NewPool(anchors...))
	s.lists.Store(&lists)
	return true, nil
}

// file is a file of a source with its content.
type file struct {
	source  *Source
	path    string
	content []byte
	signers []byte // the content of Source.ListSigners
}

// read returns the files of the sources, and a digest of their paths and contents.
func (s *Store) read() (files []file, digest [sha256.Size]byte, err error) {
	sum := sha256.New()
	for i := range s.sources {
		source := &s.sources[i]
		var signers []byte
		if source.ListSigners != "" {
			if signers, err = os.ReadFile(source.ListSigners); err != nil {
				return nil, digest, err
			}
		}
		err := walk(source.Path, 0, func(path string) error {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, part := range [][]byte{[]byte(path), content, signers} {
				each := sha256.Sum256(part)
				sum.Write(each[:])
			}
			files = append(files, file{source: source, path: path, content: content, signers: signers})
			return nil
		})
		if err != nil {
			return nil, digest, err
		}
	}
	return files, [sha256.Size]byte(sum.Sum(nil)), nil
}

// maxDepth is how deep folders may lie in each other. Symbolic links may lead in circles.
const maxDepth = 8

// walk calls do for a file, or for the wanted files of a folder and the folders below it, in the order of their names.
func walk(path string, depth int, do func(path string) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return do(path)
	}
	if depth == maxDepth {
		return &fs.PathError{Op: "read", Path: path, Err: errors.New("too many folders in each other")}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !wanted(entry.Name()) {
			continue
		}
		if err := walk(filepath.Join(path, entry.Name()), depth+1, do); err != nil {
			return err
		}
	}
	return nil
}

func wanted(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".txt")
}

// Form is the form of a file.
type Form string

// The forms of files.
const (
	FormUnknown      Form = ""
	FormCertificates Form = "certificates"
	FormVICAL        Form = "VICAL"
	FormTrustedList  Form = "EU trusted list"
)

// FormOf returns the form that the content of a file has by its beginning. The rest may be malformed.
func FormOf(content []byte) Form {
	switch content = bytes.TrimSpace(content); {
	case len(content) == 0:
		return FormUnknown
	case bytes.Contains(content, []byte("-----BEGIN ")), content[0] == 0x30:
		return FormCertificates
	case content[0] == '<', bytes.HasPrefix(content, []byte("\xef\xbb\xbf<")), isLoTE(content):
		return FormTrustedList
	case content[0] == 0x84, content[0] == 0xd2:
		return FormVICAL
	}
	return FormUnknown
}

// anchors returns the certificates of the file.
func (f *file) anchors() ([]Anchor, *List, error) {
	switch FormOf(f.content) {
	case FormCertificates:
		certificates, detail := readCertificates(f.content)
		if detail != "" {
			return nil, nil, f.fault(FileMalformed, "%s", detail)
		}
		return f.trusted(certificates), nil, nil
	case FormTrustedList:
		if content := bytes.TrimSpace(f.content); isLoTE(content) {
			return f.lote(content)
		}
		return f.trustedList(f.content)
	case FormVICAL:
		return f.vical()
	default:
		return nil, nil, f.fault(FileUnknown, "it is neither certificates in PEM or DER, nor a VICAL, nor an EU trusted list")
	}
}

func (f *file) trusted(certificates []*mdoc.Certificate) []Anchor {
	anchors := make([]Anchor, 0, len(certificates))
	for _, certificate := range certificates {
		anchors = append(anchors, f.anchor(certificate, f.source.DocTypes))
	}
	return anchors
}

func (f *file) anchor(certificate *mdoc.Certificate, docTypes []string) Anchor {
	return Anchor{Certificate: certificate, DocTypes: docTypes, Source: f.path}
}

// readCertificates reads certificates in PEM, or one in DER. The detail says what is wrong; it is "" if nothing is.
func readCertificates(content []byte) (certificates []*mdoc.Certificate, detail string) {
	if content[0] == 0x30 { // as it is: a signature may end with a byte that is a space in text
		certificate, err := mdoc.ParseCertificate(content)
		if err != nil {
			return nil, "it is no certificate, or has a key of an unsupported kind, such as RSA"
		}
		return []*mdoc.Certificate{certificate}, ""
	}
	for number := 1; ; number++ {
		block, rest := pem.Decode(content)
		switch {
		case block == nil && len(certificates) == 0:
			return nil, "it holds no block of PEM"
		case block == nil && len(bytes.TrimSpace(rest)) > 0:
			return nil, "something that is no block of PEM follows the last certificate"
		case block == nil:
			return certificates, ""
		case block.Type != "CERTIFICATE":
			return nil, fmt.Sprintf("block %d is a %s, not a CERTIFICATE", number, block.Type)
		}
		certificate, err := mdoc.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Sprintf("block %d is no certificate, or has a key of an unsupported kind, such as RSA", number)
		}
		certificates, content = append(certificates, certificate), rest
	}
}

// derOf returns the content of the first PEM block of a type, or content itself if it is not PEM.
func derOf(content []byte, block string) []byte {
	if found, _ := pem.Decode(content); found != nil && found.Type == block {
		return found.Bytes
	}
	return content
}
