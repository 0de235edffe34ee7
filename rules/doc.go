// Package rules holds Stile's pure decisions: the verification methods and their
// strengths, age tiers, use cases, jurisdictions, ages, risk and the catalogue
// of reason codes. It does no input or output, reads no clock and imports no
// other package of Stile, so a workflow may call any function of it and replay
// to the same result.
package rules
