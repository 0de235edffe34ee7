package install

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/stile-id/stile/vision/models"
)

// DefaultRegistry is the registry of npm.
const DefaultRegistry = "https://registry.npmjs.org"

// Registry returns the URL of the registry that npm is configured to use by the environment or the user's .npmrc.
func Registry() string {
	for _, name := range []string{"npm_config_registry", "NPM_CONFIG_REGISTRY"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return DefaultRegistry
	}
	f, err := os.Open(filepath.Join(home, ".npmrc"))
	if err != nil {
		return DefaultRegistry
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if strings.TrimSpace(key) == "registry" && strings.TrimSpace(value) != "" {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return DefaultRegistry
}

// tarball returns the name that the registry gives the tarball of a package.
func tarball(p *models.Package) string { return path.Base(p.Name) + "-" + p.Version + ".tgz" }

// fetch downloads the tarball of a package and takes files from it.
func (o Options) fetch(ctx context.Context, p *models.Package, files []models.File) error {
	registry := o.Registry
	if registry == "" {
		registry = Registry()
	}
	base, err := url.Parse(registry)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return errors.New("the registry must be a URL of http or https")
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath(p.Name, "-", tarball(p)).String(), nil)
	if err != nil {
		return err
	}
	client := o.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the registry %s answered %s", base.Redacted(), answer.Status)
	}
	return unpack(answer.Body, p, files, o.Dir)
}

// mostUnpacked is the most bytes that a tarball may unpack to.
const mostUnpacked = 1 << 30

var errIntegrity = errors.New("the tarball is not that of the catalogue: its length or SHA-512 differs")

// unpack takes files from a tarball, and keeps them if the tarball and each file are those of the catalogue.
func unpack(in io.Reader, p *models.Package, files []models.File, dir string) error {
	sum := sha512.New()
	whole := io.LimitReader(in, p.Size+1)
	counted := &counter{r: io.TeeReader(whole, sum)}
	taken, err := take(counted, files, dir)
	defer func() {
		for _, s := range taken {
			s.discard()
		}
	}()
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, counted); err != nil {
		return err
	}
	if "sha512-"+base64.StdEncoding.EncodeToString(sum.Sum(nil)) != p.Integrity || counted.n != p.Size {
		return errIntegrity
	}
	for _, s := range taken {
		if err := s.commit(); err != nil {
			return err
		}
	}
	return nil
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// take stages the files of a tarball that are asked for.
func take(in io.Reader, files []models.File, dir string) (taken []*staged, err error) {
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("read the tarball: %w", err)
	}
	archive := tar.NewReader(io.LimitReader(unzipped, mostUnpacked))
	wanted := map[string]models.File{}
	for _, f := range files {
		wanted[f.Path] = f
	}
	for len(wanted) > 0 {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return taken, fmt.Errorf("read the tarball: %w", err)
		}
		f, asked := wanted[header.Name]
		if !asked || header.Typeflag != tar.TypeReg {
			continue
		}
		s, err := stage(archive, dir, f)
		if err != nil {
			return taken, err
		}
		taken = append(taken, s)
		delete(wanted, header.Name)
	}
	for name := range wanted {
		return taken, fmt.Errorf("the tarball has no %s", name)
	}
	return taken, nil
}

// staged is a file that waits under another name until all of its tarball has been checked.
type staged struct {
	file   *os.File
	target string
	done   bool
}

const temporaryFile = ".install-*"

// stage writes a file of the catalogue under a temporary name, and checks it.
func stage(in io.Reader, dir string, f models.File) (*staged, error) {
	file, err := os.CreateTemp(dir, temporaryFile)
	if err != nil {
		return nil, err
	}
	s := &staged{file: file, target: filepath.Join(dir, f.Name)}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(in, f.Size+1))
	if err == nil && (n != f.Size || hex.EncodeToString(sum.Sum(nil)) != f.SHA256) {
		err = fmt.Errorf("%s is not that of the catalogue: its length or SHA-256 differs", f.Path)
	}
	if err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

// commit gives the file its name.
func (s *staged) commit() error {
	if err := errors.Join(s.file.Chmod(0o644), s.file.Sync(), s.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(s.file.Name(), s.target); err != nil {
		return err
	}
	s.done = true
	return nil
}

// discard removes the file, unless it has its name.
func (s *staged) discard() {
	if !s.done {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
