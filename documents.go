// Package stile holds the documents of this repository, which the API serves as its documentation site. It is at the
// root because a package can embed only the files below it.
package stile

import "embed"

// Documents returns the documents, by their paths in the repository, with the pictures that they show.
func Documents() embed.FS { return documents }

//go:embed CHANGELOG.md docs/*.md docs/decisions/*.md docs/methods/*.md sdk/node/README.md
//go:embed docs/img/choice-desktop-light.png docs/img/verified-sharing-phone-light.png
//go:embed docs/img/sharing-grant-phone-light.png docs/diagrams/*.svg
var documents embed.FS
