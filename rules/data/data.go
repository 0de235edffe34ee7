// Package data holds what the law asks, by jurisdiction, as it ships with Stile. Package compliance reads it; see
// docs/compliance.md for how it is written.
package data

import "embed"

// FS holds one YAML file per jurisdiction, and schema.json, which says what such a file looks like.
//
// The pattern names files that begin with an underscore; a pattern that named the folder would leave them out.
//
//go:embed *.yaml schema.json
var FS embed.FS
