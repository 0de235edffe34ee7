// Package rulestest has compliance rules for tests that are not about the law: every method is allowed, and nothing is
// prohibited. For those that are it has what the documentation says of the shipped ones.
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

// Version is that of every rule.
const Version = "2026-01-01"

// countries are where tests take place.
var countries = []string{"US", "CA", "DE", "FR", "GB", "AT", "NL", "ES", "IT", "NO", "SE", "JP", "BR", "AU"}

// Lenient is the book of these rules. It is read once.
var Lenient = sync.OnceValues(func() (*compliance.Book, error) { return compliance.Load(Files()) })

// Files are the rules as a folder. In the United States one has to be 21, 18 for adult content and 16 for social media;
// elsewhere 18, and 16 for social media.
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

// methods are all that a rule may name: selfies always may.
func methods() []string {
	var names []string
	for _, method := range rules.Methods() {
		if method != rules.MethodSelfieLiveness && method != rules.MethodSelfieMatch {
			names = append(names, string(method))
		}
	}
	return names
}
