package issuers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stile-id/stile/methods/settings"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// Variable is the environment variable that names the folder.
const Variable = "STILE_TRUST_DIR"

// SettingsFile is the name of the file of settings beside the folders of the methods.
const SettingsFile = "trust.yaml"

// file is trust.yaml.
type file struct {
	MDL     method `yaml:"mdl"`
	MID     method `yaml:"mid"`
	EUDIPID method `yaml:"eudi_pid"`
}

// method holds settings beside the folder of a method.
type method struct {
	// ListSigners is a file of certificates that sign the lists in the folder. Its path is relative to trust.yaml.
	ListSigners string `yaml:"list_signers"`
	// Unreachable decides about documents whose revocation or status list cannot be had: "refuse" or "accept".
	Unreachable string `yaml:"unreachable"`
	// Documents are document types of mdoc beyond those of the method.
	Documents []document `yaml:"documents"`
	// Types are values of vct, of SD-JWT VC, beyond those of the method.
	Types []string `yaml:"types"`
	// Services has document types by the types of services of EU trusted lists, in place of those of the method.
	Services map[string][]string `yaml:"services"`
	// Issuers are those of SD-JWT VC that publish their keys as metadata, in place of certificates.
	Issuers []namedIssuer `yaml:"issuers"`
}

type document struct {
	DocType   string `yaml:"doc_type"`
	Namespace string `yaml:"namespace"`
	Profile   string `yaml:"profile"`
}

type namedIssuer struct {
	Name  string   `yaml:"name"`
	Types []string `yaml:"types"`
}

// profiles are the forms of certificates, by their names in trust.yaml.
var profiles = map[string]trust.Profile{"iso": trust.ISO, "photo_id": trust.PhotoID, "eu": trust.EU}

// Document is a type of documents that a method accepts.
type Document struct {
	DocType string
	// Namespace holds the elements of a document type that package mdoc does not know; it is that of the document type's
	// own name where the operator states none.
	Namespace string
	// Profile is the form that certificates of its signers must have.
	Profile trust.Profile
}

// served lists the methods, each with the documents and the types of SD-JWT VC that it accepts without any settings.
var served = []struct {
	name      rules.Method
	of        func(*file) *method
	documents []Document
	types     []string
	services  map[string][]string
}{
	{
		name: rules.MethodMDL, of: func(f *file) *method { return &f.MDL },
		documents: []Document{{mdoc.DocTypeMDL, mdoc.NamespaceMDL, trust.ISO}},
	},
	{
		name: rules.MethodMID, of: func(f *file) *method { return &f.MID },
		documents: []Document{{mdoc.DocTypePhotoID, mdoc.NamespacePhotoID, trust.PhotoID}},
	},
	{
		name: rules.MethodEUDIPID, of: func(f *file) *method { return &f.EUDIPID },
		documents: []Document{
			{mdoc.DocTypePID, mdoc.NamespacePID, trust.EU}, {mdoc.DocTypeAV, mdoc.NamespaceAV, trust.EU},
		},
		types: []string{sdjwtvc.PIDType},
		services: map[string][]string{
			trust.ServicePID: {mdoc.DocTypePID, sdjwtvc.PIDType}, trust.ServicePubEAA: {mdoc.DocTypeAV},
			trust.ServicePIDStatus:    {statusOf(mdoc.DocTypePID), statusOf(sdjwtvc.PIDType)},
			trust.ServicePubEAAStatus: {statusOf(mdoc.DocTypeAV)},
		},
	},
}

// statusOf names, among document types, the status of a document type: certificates that are trusted for it sign status
// lists of such documents, and no documents.
func statusOf(docType string) string { return "status of " + docType }

// readSettings reads trust.yaml; without the file every setting has its default.
func readSettings(dir string) (file, error) {
	var f file
	path := filepath.Join(dir, SettingsFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err := settings.Read(Variable, path, &f); err != nil {
		return f, err
	}
	for _, m := range served {
		own := m.of(&f)
		err := own.check(dir, m.name)
		if err == nil {
			err = own.withDefaults(m.documents, m.types, m.services).check()
		}
		if err != nil {
			return f, fmt.Errorf("%s: %s: %s.%w", Variable, path, m.name, err)
		}
	}
	return f, nil
}

func (m *method) check(dir string, name rules.Method) error {
	if m.Unreachable != "" && m.Unreachable != "accept" && m.Unreachable != "refuse" {
		return errors.New("unreachable must be accept or refuse")
	}
	if name == rules.MethodMDL && len(m.Documents)+len(m.Types)+len(m.Issuers) > 0 {
		return errors.New("documents, types and issuers are for mid and eudi_pid")
	}
	if err := m.checkSigners(dir); err != nil {
		return err
	}
	for i, d := range m.Documents {
		if _, known := profiles[d.Profile]; d.Profile != "" && !known {
			return fmt.Errorf("documents[%d].profile must be iso, photo_id or eu", i)
		}
		if d.DocType == "" {
			return fmt.Errorf("documents[%d].doc_type is missing", i)
		}
	}
	if i := slices.Index(m.Types, ""); i >= 0 {
		return fmt.Errorf("types[%d] is empty", i)
	}
	for i, issuer := range m.Issuers {
		if _, err := sdjwtvc.MetadataURL(issuer.Name); err != nil {
			return fmt.Errorf("issuers[%d].name must be an HTTPS address without a query, such as https://pid.example.eu", i)
		}
	}
	return nil
}

// checkSigners refuses signers that lie in the folder of a method, because documents that they sign would be trusted.
func (m *method) checkSigners(dir string) error {
	if m.ListSigners == "" {
		return nil
	}
	path := filepath.Join(dir, m.ListSigners)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("list_signers: %s is not a file that can be read", path)
	}
	for _, other := range served {
		inside, err := filepath.Rel(filepath.Join(dir, string(other.name)), path)
		if err == nil && inside != ".." && !strings.HasPrefix(inside, "../") {
			return fmt.Errorf("list_signers must not be in the folder %s, whose certificates sign documents", other.name)
		}
	}
	return nil
}
