// Package geotest writes files in MaxMind's format for tests.
package geotest

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"
)

type (
	// Networks is the content of a file: a record for each CIDR.
	Networks map[string]mmdbtype.DataType
	// Record is the data of a file about a network, or a part of it.
	Record = mmdbtype.Map
)

// Code returns the record of a place with the ISO code.
func Code(iso string) Record { return Record{"iso_code": mmdbtype.String(iso)} }

// In returns a record in the form of GeoLite2-City and GeoIP2-Country.
func In(country string, subdivisions ...string) Record {
	record := Record{"continent": Record{"code": mmdbtype.String("EU")}, "country": Code(country)}
	parts := mmdbtype.Slice{}
	for _, subdivision := range subdivisions {
		parts = append(parts, Code(subdivision))
	}
	if len(parts) > 0 {
		record["subdivisions"] = parts
	}
	return record
}

// File returns a file for IPv4 and IPv6.
func File(t testing.TB, content Networks) []byte {
	t.Helper()
	return encoded(t, content, 6)
}

// FileOfIPv4 returns a file for IPv4 only.
func FileOfIPv4(t testing.TB, content Networks) []byte {
	t.Helper()
	return encoded(t, content, 4)
}

func encoded(t testing.TB, content Networks, version int) []byte {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "Test-City", RecordSize: 24, IPVersion: version, IncludeReservedNetworks: true,
	})
	require.NoError(t, err)
	for cidr, record := range content {
		_, network, err := net.ParseCIDR(cidr)
		require.NoError(t, err)
		require.NoError(t, tree.Insert(network, record))
	}
	var out bytes.Buffer
	_, err = tree.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

// Saved writes a file to a new folder and returns its path.
func Saved(t testing.TB, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "places.mmdb")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// Replace replaces the file at path in one step, as geoipupdate does.
func Replace(t testing.TB, path string, content []byte) {
	t.Helper()
	beside := path + ".new"
	require.NoError(t, os.WriteFile(beside, content, 0o600))
	require.NoError(t, os.Rename(beside, path))
}
