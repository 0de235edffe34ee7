// Package data embeds the legal requirements that ship with Stile, by jurisdiction. Package compliance reads them;
// docs/compliance.md describes the format.
package data

import "embed"

// FS holds one YAML file per jurisdiction, and schema.json, the JSON Schema of these files.
//
// The pattern names files that begin with an underscore; a pattern that named the folder would leave them out.
//
//go:embed *.yaml schema.json
var FS embed.FS
