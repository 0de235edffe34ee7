package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
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
// DER, a VICAL (ISO/IEC 18013-5 C.1.7.1), an EU trusted list (ETSI TS 119 612). Its content tells which, not its name.
// Files with names that begin with a dot or end with .md or .txt are not read, and folders below a folder are.
type Source struct {
	Path string
	// DocTypes are the document types that the certificates are trusted for. A VICAL names the document types of each of
	// its certificates, and those that are also here count.
	DocTypes []string
	// ListSigners is a file of certificates. A VICAL must be signed by one of them, or by a certificate under one of them.
	// Without ListSigners its signature is checked, but any signer is accepted.
	ListSigners string
	// ServiceTypes select services of an EU trusted list: certificates of other services are not taken.
	ServiceTypes []string
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
		err := filepath.WalkDir(source.Path, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || (path != source.Path && !wanted(entry.Name())) {
				return err
			}
			content, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
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

func wanted(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".txt")
}

// anchors returns the certificates of the file.
func (f *file) anchors() ([]Anchor, *List, error) {
	switch content := bytes.TrimSpace(f.content); {
	case len(content) == 0:
		return nil, nil, fileFault(FileUnknown, f.path)
	case bytes.Contains(content, []byte("-----BEGIN ")), content[0] == 0x30:
		certificates, ok := readCertificates(content)
		if !ok {
			return nil, nil, fileFault(FileMalformed, f.path)
		}
		return f.trusted(certificates), nil, nil
	case content[0] == '<', bytes.HasPrefix(content, []byte("\xef\xbb\xbf<")):
		return f.trustedList(content)
	case content[0] == 0x84, content[0] == 0xd2:
		return f.vical()
	}
	return nil, nil, fileFault(FileUnknown, f.path)
}

func (f *file) trusted(certificates []*mdoc.Certificate) []Anchor {
	anchors := make([]Anchor, 0, len(certificates))
	for _, certificate := range certificates {
		anchors = append(anchors, Anchor{Certificate: certificate, DocTypes: f.source.DocTypes, Source: f.path})
	}
	return anchors
}

// readCertificates reads certificates in PEM, or one in DER. It reports false if there is none, or anything else.
func readCertificates(content []byte) (certificates []*mdoc.Certificate, ok bool) {
	if content[0] == 0x30 {
		certificate, err := mdoc.ParseCertificate(content)
		return []*mdoc.Certificate{certificate}, err == nil
	}
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			return certificates, len(certificates) > 0 && len(bytes.TrimSpace(rest)) == 0
		}
		certificate, err := mdoc.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, false
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
