// Package rules holds Stile's pure decisions: which methods exist and how
// strong they are, age tiers, use cases, jurisdictions, calendar ages and the
// vocabulary of reasons. It does no input or output, reads no clock and knows
// nothing of the other packages, so a workflow may call any of it and replay
// to the same answer.
package rules
