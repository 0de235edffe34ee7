package trust

import (
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// The types of services under which providers of PID and of proofs of age are listed (ETSI TS 119 602).
const (
	ServicePID    = "http://uri.etsi.org/19602/SvcType/PID/Issuance"
	ServicePubEAA = "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance"
)

// grantedStatuses are the statuses of services that may issue (ETSI TS 119 612 5.5.4), by the end of their URIs.
var grantedStatuses = []string{"/granted", "/recognisedatnationallevel", "/notified"}

type trustedList struct {
	Scheme struct {
		Issued string `xml:"ListIssueDateTime"`
		Next   string `xml:"NextUpdate>dateTime"`
	} `xml:"SchemeInformation"`
	Services []struct {
		Type         string   `xml:"ServiceInformation>ServiceTypeIdentifier"`
		Status       string   `xml:"ServiceInformation>ServiceStatus"`
		Certificates []string `xml:"ServiceInformation>ServiceDigitalIdentity>DigitalId>X509Certificate"`
	} `xml:"TrustServiceProviderList>TrustServiceProvider>TSPServices>TSPService"`
}

// trustedList reads the certificates of an EU trusted list (ETSI TS 119 612): those of services of the
// types that the source names, with the status granted. It does not check the list's signature; see the package
// documentation.
func (f *file) trustedList(content []byte) ([]Anchor, *List, error) {
	var wire trustedList
	if len(content) > maxList || len(f.source.ServiceTypes) == 0 || xml.Unmarshal(content, &wire) != nil {
		return nil, nil, fileFault(FileMalformed, f.path)
	}
	list := &List{File: f.path, Issued: listTime(wire.Scheme.Issued), NextUpdate: listTime(wire.Scheme.Next)}
	var certificates []*mdoc.Certificate
	for _, service := range wire.Services {
		if !slices.Contains(f.source.ServiceTypes, strings.TrimSpace(service.Type)) || !granted(service.Status) {
			continue
		}
		for _, text := range service.Certificates {
			der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
			if err != nil {
				return nil, nil, fileFault(FileMalformed, f.path)
			}
			certificate, err := mdoc.ParseCertificate(der)
			if err != nil {
				list.Skipped++
				continue
			}
			certificates = append(certificates, certificate)
		}
	}
	return f.trusted(certificates), list, nil
}

func granted(status string) bool {
	status = strings.TrimSpace(status)
	return slices.ContainsFunc(grantedStatuses, func(end string) bool { return strings.HasSuffix(status, end) })
}

func listTime(text string) time.Time {
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		return time.Time{}
	}
	return at
}
