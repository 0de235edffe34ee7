package student

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stile-id/stile/methods/openid"
	"github.com/stile-id/stile/methods/settings"
	"github.com/stile-id/stile/rules/contact"
)

// Settings are the operator's file for the method.
type Settings struct {
	// Domains are mail domains of institutions that the shipped list lacks.
	Domains []string `yaml:"domains"`
	// Institutions are those at which users log in.
	Institutions []Institution `yaml:"institutions"`
}

// Variable is the environment variable that names the file.
const Variable = "STILE_STUDENT_FILE"

// ReadSettings reads the operator's file; an empty path means no file. Its error names the file and the member.
func ReadSettings(path string) (s Settings, err error) {
	if path == "" {
		return s, nil
	}
	if err := settings.Read(Variable, path, &s); err != nil {
		return s, err
	}
	for i, domain := range s.Domains {
		email, err := contact.Email("x@" + domain)
		if err != nil || !strings.Contains(domain, ".") {
			return s, fmt.Errorf("%s: %s: domains[%d] must be a domain such as uni.example.org", Variable, path, i)
		}
		s.Domains[i] = strings.TrimPrefix(email, "x@")
	}
	if err := openid.LoadAll(s.Institutions, filepath.Dir(path)); err != nil {
		return s, fmt.Errorf("%s: %s: %w", Variable, path, err)
	}
	return s, nil
}
