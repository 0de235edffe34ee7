package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stile-id/stile/api/rest"
)

// contentTypes are those of the files that the build writes. mime.TypeByExtension depends on the machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".woff2": "font/woff2",
}

func newAsset(name string, content []byte) rest.Asset {
	return rest.NewAsset(contentTypes[path.Ext(name)], content)
}

// readAssets returns the files below a folder, by their path in it. It refuses a file of a type without a content type.
func readAssets(files fs.FS, folder string) (map[string]rest.Asset, error) {
	found := map[string]rest.Asset{}
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
func versionOf(assets map[string]rest.Asset) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		_, _ = fmt.Fprintln(sum, name, assets[name].ETag()) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
