// Package geotest writes files in MaxMind's format, for tests of what is found in them.
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
	// Networks is the content of a file: a record per CIDR.
	Networks map[string]mmdbtype.DataType
	// Record is what a file has on a network, or a part of that.
	Record = mmdbtype.Map
)

// Code is a place by its ISO code.
func Code(iso string) Record { return Record{"iso_code": mmdbtype.String(iso)} }

// In is a record as GeoLite2-City and GeoIP2-Country have them.
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

// File is a file for IPv4 and IPv6.
func File(t testing.TB, content Networks) []byte {
	t.Helper()
	return encoded(t, content, 6)
}

// FileOfIPv4 is a file for IPv4 alone.
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

// Saved puts a file into a folder of its own.
func Saved(t testing.TB, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "places.mmdb")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// Replace puts another file in the place of one, as a whole, as geoipupdate does.
func Replace(t testing.TB, path string, content []byte) {
	t.Helper()
	beside := path + ".new"
	require.NoError(t, os.WriteFile(beside, content, 0o600))
	require.NoError(t, os.Rename(beside, path))
}
