package geo

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/rules"
)

// probes is how many networks are looked at for a country before the file counts as one of something else.
const probes = 10_000

// record is what the file has on a network, as far as it matters here.
type record struct {
	Country           place   `maxminddb:"country"`
	RegisteredCountry place   `maxminddb:"registered_country"`
	Subdivisions      []place `maxminddb:"subdivisions"`
}

type place struct {
	Code string `maxminddb:"iso_code"`
}

// jurisdiction is where the user is. Where the network is registered counts only if nobody knows more.
func (r record) jurisdiction() (rules.Jurisdiction, bool) {
	switch {
	case r.Country.Code == "":
		return rules.JurisdictionIn(r.RegisteredCountry.Code, "")
	case len(r.Subdivisions) == 0:
		return rules.JurisdictionIn(r.Country.Code, "")
	default:
		return rules.JurisdictionIn(r.Country.Code, r.Subdivisions[0].Code)
	}
}

// read loads the whole file. It is not mapped into memory: a mapped file that is rewritten changes under its readers,
// and one that is truncated kills the process.
func read(path string) (*maxminddb.Reader, os.FileInfo, error) {
	content, info, err := load(path)
	if err != nil {
		return nil, nil, err
	}
	reader, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if !holdsCountries(reader) {
		return nil, nil, fmt.Errorf("%s: a %q holds no countries that can be read", path, reader.Metadata.DatabaseType)
	}
	return reader, info, nil
}

// load refuses a file that changes while it is read.
func load(path string) ([]byte, os.FileInfo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	before, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: not a file", path)
	}
	content := make([]byte, before.Size())
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	after, err := file.Stat()
	if err == nil && !same(before, after) {
		err = errors.New(path + ": changed while it was read")
	}
	return content, after, err
}

// holdsCountries tells a sound file of places from another one, in which no lookup would ever find anything.
func holdsCountries(reader *maxminddb.Reader) bool {
	looked := 0
	for network := range reader.Networks() {
		var found record
		if network.Decode(&found) != nil {
			return false
		}
		if _, ok := found.jurisdiction(); ok {
			return true
		}
		if looked++; looked == probes {
			return false
		}
	}
	return false
}
