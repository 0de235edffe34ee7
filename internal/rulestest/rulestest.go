// Package rulestest provides compliance rules for tests that are not about the law: every method is allowed and nothing
// is prohibited. It also holds the documented answer of the shipped rules.
package rulestest

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

// Version is the version of every rule.
const Version = "2026-01-01"

// countries are the countries in which tests run sessions.
var countries = []string{"US", "CA", "DE", "FR", "GB", "AT", "NL", "ES", "IT", "NO", "SE", "JP", "BR", "AU"}

// Lenient returns the book of these rules, read once.
var Lenient = sync.OnceValues(func() (*compliance.Book, error) { return compliance.Load(Files()) })

// Files returns the rules as a folder. The required age is 16 for social media and 18 for adult content everywhere; for
// other use cases it is 21 in the United States and 18 elsewhere.
func Files() fs.FS {
	files := fstest.MapFS{"_default.yaml": {Data: []byte(everywhere())}}
	for _, country := range countries {
		files[country+".yaml"] = &fstest.MapFile{Data: []byte(of(country))}
	}
	return files
}

const entry = `
    - effective_from: 1970-01-01
      rule_version: ` + Version + `
      required_age_tier: %s
      source: [A test]
`

func everywhere() string {
	var out strings.Builder
	out.WriteString("jurisdiction: _default\nname: Everywhere\ncommon:\n  - effective_from: 1970-01-01\n" +
		"    rule_version: " + Version + "\n    mdl_acceptance_status: accepted\n    consent_required: false\n" +
		"    credential_validity_days: 365\n    source: [A test]\nrules:\n")
	for _, useCase := range rules.UseCases() {
		fmt.Fprintf(&out, "  %s:"+entry, useCase, tier(18, useCase))
		fmt.Fprintf(&out, "      governing_regulator: Nobody\n      allowed_methods: [%s]\n", strings.Join(methods(), ", "))
	}
	return out.String()
}

func of(country string) string {
	out := "jurisdiction: " + country + "\nname: " + country + "\nrules:"
	if country != "US" {
		return out + " {}\n"
	}
	for _, useCase := range rules.UseCases() {
		out += fmt.Sprintf("\n  %s:"+entry, useCase, tier(21, useCase))
	}
	return out
}

func tier(usual int, u rules.UseCase) rules.AgeTier {
	switch u {
	case rules.UseCaseSocialMedia:
		return rules.MinAge(16)
	case rules.UseCaseAdultContent:
		return rules.MinAge(18)
	default:
		return rules.MinAge(usual)
	}
}

// methods returns all methods that a rule may name. Selfies are always allowed and cannot be named.
func methods() []string {
	var names []string
	for _, method := range rules.Methods() {
		if method != rules.MethodSelfieLiveness && method != rules.MethodSelfieMatch {
			names = append(names, string(method))
		}
	}
	return names
}
