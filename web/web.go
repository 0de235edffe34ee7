// Package web holds the built pages of the browser: the hosted verification page and the widget's launcher. Their
// sources are below packages; make web builds them.
package web

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files returns the built files: verify.html, and the files that it loads below assets.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for a malformed name
	}
	return files
}
