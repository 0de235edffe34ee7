package rest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// Asset is a file that is served from memory, compressed where the client takes that.
type Asset struct {
	contentType string
	etag        string
	plain       []byte
	// zipped returns the file compressed, or nil if that is no shorter. The first call compresses it.
	zipped func() []byte
}

// NewAsset returns the asset of a file. The caller leaves the content as it is.
func NewAsset(contentType string, content []byte) Asset {
	sum := sha256.Sum256(content)
	return Asset{
		contentType: contentType, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: content,
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

// ETag returns the entity tag of the content, with its quotation marks.
func (a Asset) ETag() string { return a.etag }

// Write answers a request with the file, or with 304 if the client has it.
func (a Asset) Write(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if MatchesTag(g.GetHeader("If-None-Match"), a.etag) {
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
