package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/api/rest"
)

// asset is a file that is served from memory, compressed where the client takes that.
type asset struct {
	contentType string
	etag        string
	plain       []byte
	// zipped returns the file compressed, or nil if that is no shorter. The first call compresses it.
	zipped func() []byte
}

// contentTypes are those of the files that the build writes. mime.TypeByExtension depends on the machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".woff2": "font/woff2",
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	return asset{
		contentType: contentTypes[path.Ext(name)], etag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: content,
		zipped: sync.OnceValue(func() []byte { return zip(content) }),
	}
}

func zip(content []byte) []byte {
	var zipped bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // fails for an unknown level only
	_, _ = writer.Write(content)                                    // memory takes everything
	_ = writer.Close()
	if zipped.Len() >= len(content) {
		return nil
	}
	return zipped.Bytes()
}

// readAssets returns the files below a folder, by their path in it. It refuses a file of a type without a content type.
func readAssets(files fs.FS, folder string) (map[string]asset, error) {
	found := map[string]asset{}
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if contentTypes[path.Ext(name)] == "" {
			return fmt.Errorf("%s has no content type", name)
		}
		found[strings.TrimPrefix(name, folder+"/")] = newAsset(name, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return found, nil
}

// versionOf returns a name that changes with the content of any file.
func versionOf(assets map[string]asset) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		_, _ = fmt.Fprintln(sum, name, assets[name].etag) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// write answers a request with the file, or with 304 if the client has it.
func (a asset) write(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if rest.MatchesTag(g.GetHeader("If-None-Match"), a.etag) {
		g.Status(http.StatusNotModified)
		return
	}
	body := a.plain
	if takesGzip(g.GetHeader("Accept-Encoding")) {
		if zipped := a.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	g.Data(http.StatusOK, a.contentType, body)
}

// takesGzip reports whether an Accept-Encoding header (RFC 9110, 12.5.3) takes gzip.
func takesGzip(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			return strings.ReplaceAll(weight, " ", "") != "q=0"
		}
	}
	return false
}
