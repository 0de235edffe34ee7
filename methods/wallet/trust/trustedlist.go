package trust

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"
)

// The types of services under which providers of PID and of proofs of age are listed, and those that publish their
// status (ETSI TS 119 602).
const (
	ServicePID    = "http://uri.etsi.org/19602/SvcType/PID/Issuance"
	ServicePubEAA = "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance"

	ServicePIDStatus    = "http://uri.etsi.org/19602/SvcType/PID/Revocation"
	ServicePubEAAStatus = "http://uri.etsi.org/19602/SvcType/PubEAA/Revocation"
)

// grantedStatuses are the statuses of services that may issue (ETSI TS 119 612 5.5.4), by the end of their URIs.
var grantedStatuses = []string{"/granted", "/recognisedatnationallevel", "/notified"}

type trustedList struct {
	XMLName xml.Name
	Scheme  struct {
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
	if err := f.listable(); err != nil {
		return nil, nil, err
	}
	var wire trustedList
	switch {
	case xml.Unmarshal(content, &wire) != nil:
		return nil, nil, f.fault(FileMalformed, "it is no well-formed XML")
	case wire.XMLName.Local != "TrustServiceStatusList":
		return nil, nil, f.fault(FileMalformed, "it is XML, and no TrustServiceStatusList")
	}
	reader := listReader{file: f, list: &List{
		File: f.path, Issued: listTime(wire.Scheme.Issued), NextUpdate: listTime(wire.Scheme.Next),
	}}
	for _, service := range wire.Services {
		if !granted(service.Status) {
			continue
		}
		for _, certificate := range service.Certificates {
			if err := reader.add(service.Type, certificate); err != nil {
				return nil, nil, err
			}
		}
	}
	return reader.anchors, reader.list, nil
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
