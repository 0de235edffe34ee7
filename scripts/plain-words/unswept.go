package main

// unswept are the limits of folders and documents that have not been rewritten yet. A folder's limit holds for all
// below it. An entry is deleted when its text has come below the common limit; none is added.
var unswept = map[string]float64{
	"api":              24,
	"api/openapi.yaml": limit,
	"bench":            22,
	"e2e":              20,
	"examples":         12,
	"methods":          34,
	"sdk":              18,
	"sessions":         24,
	"CHANGELOG.md":     13,
	"SECURITY.md":      10,
}
