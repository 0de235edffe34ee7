package sdjwtvc

import (
	"context"
	"crypto"
	"net/url"
	"strings"
)

const wellKnown = "/.well-known/jwt-vc-issuer"

// Getter returns the body of a successful answer to an HTTP GET. The getter is the caller's: it bounds time and size,
// keeps to HTTPS and to public addresses, and may cache (SD-JWT VC, 3).
type Getter func(ctx context.Context, address string) ([]byte, error)

// MetadataKeys returns a KeySource that reads JWT VC issuer metadata (SD-JWT VC, 4). It asks for the metadata, and for
// the keys if the metadata refers to them, at each call. The errors are Faults; the one with the code
// issuer_metadata_unavailable wraps the error of get.
func MetadataKeys(get Getter) KeySource {
	return func(ctx context.Context, issuer, keyID string) ([]crypto.PublicKey, error) {
		address, err := MetadataURL(issuer)
		if err != nil {
			return nil, err
		}
		metadata, err := fetch(ctx, get, address)
		if err != nil {
			return nil, err
		}
		if metadata["issuer"] != issuer {
			return nil, fault(MetadataMismatch)
		}
		set, err := keySetOf(ctx, get, metadata)
		if err != nil {
			return nil, err
		}
		return fitting(set, keyID)
	}
}

// MetadataURL returns the address of an issuer's metadata: the well-known path stands between host and path of the
// issuer's name. The Fault has the code issuer_metadata_address if the name is no HTTPS address, or has a query, a
// fragment or a user.
func MetadataURL(issuer string) (string, error) {
	address, err := url.Parse(issuer)
	if err != nil || !httpsOnly(address) || address.RawQuery != "" || address.ForceQuery ||
		strings.Contains(issuer, "#") {
		return "", fault(MetadataAddress)
	}
	return "https://" + address.Host + wellKnown + strings.TrimRight(address.EscapedPath(), "/"), nil
}

func httpsOnly(address *url.URL) bool {
	return address.Scheme == "https" && address.Hostname() != "" && address.User == nil && address.Opaque == ""
}

func fetch(ctx context.Context, get Getter, address string) (map[string]any, error) {
	body, err := get(ctx, address)
	if err != nil {
		return nil, &Fault{Code: MetadataUnavailable, Clause: clauses[MetadataUnavailable], cause: err}
	}
	object, err := readObject(body)
	if err != nil {
		return nil, fault(MetadataMalformed)
	}
	return object, nil
}

// keySetOf returns the key set that the metadata holds or refers to: one of both.
func keySetOf(ctx context.Context, get Getter, metadata map[string]any) (map[string]any, error) {
	inline, holds := metadata["jwks"]
	reference, refers := metadata["jwks_uri"]
	if holds == refers {
		return nil, fault(MetadataMalformed)
	}
	if holds {
		set, ok := inline.(map[string]any)
		if !ok {
			return nil, fault(MetadataMalformed)
		}
		return set, nil
	}
	text, _ := reference.(string)
	address, err := url.Parse(text)
	if err != nil || !httpsOnly(address) {
		return nil, fault(MetadataMalformed)
	}
	return fetch(ctx, get, text)
}

// fitting returns the signing keys of a set with this id, or all of them if the id is "". Keys that cannot be read, or
// are of other algorithms, are left out: an issuer may publish them for others.
func fitting(set map[string]any, id string) (keys []crypto.PublicKey, err error) {
	list, ok := set["keys"].([]any)
	if !ok {
		return nil, fault(MetadataMalformed)
	}
	for _, element := range list {
		value, _ := element.(map[string]any)
		own, _ := value["kid"].(string)
		if use, has := value["use"]; has && use != "sig" || id != "" && own != id {
			continue
		}
		if key, _, ok := readKey(value); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fault(IssuerKeyUnknown)
	}
	return keys, nil
}
