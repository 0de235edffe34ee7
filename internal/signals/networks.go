package signals

import (
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/rules/risk"
)

// hostingLines has the networks of hostingASNs. scripts/update-signals writes it; data/README.md names its source and
// licence.
var (
	//go:embed data/hosting.txt
	hostingLines []byte
	//go:embed data/hosting_asns.txt
	hostingASNs string
)

var builtInHosting = sync.OnceValues(func() (ranges, error) { return parseNetworks(hostingLines) })

// networks are the lists of networks by their kinds.
type networks struct {
	builtIn ranges                                // hosting networks; nil if systems are looked up
	systems *follow.File[*maxminddb.Reader]       // nil without a file
	hosts   map[uint]bool                         // the autonomous systems that are hosting networks
	listed  map[risk.Network]*follow.File[ranges] // the operator's lists
}

func openNetworks(o Options) (n networks, err error) {
	if o.ASNFile == "" {
		n.builtIn, err = builtInHosting()
	} else if n.hosts, err = parseASNs(hostingASNs); err == nil {
		n.systems, err = follow.Open(follow.Options{
			Path: o.ASNFile, Name: "ASN file", Setting: VariableASN, Watch: o.Watch, Log: o.Log, Now: o.Now,
		}, parseSystems)
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", VariableASN, err)
	}
	if o.NetworksDir == "" {
		return n, nil
	}
	if n.listed, err = openLists(o); err != nil {
		return n, fmt.Errorf("%s: %w", VariableNetworks, err)
	}
	return n, nil
}

// openLists reads the operator's lists of networks.
func openLists(o Options) (lists map[risk.Network]*follow.File[ranges], err error) {
	if err := checkFolder(o.NetworksDir); err != nil {
		return nil, err
	}
	lists = map[risk.Network]*follow.File[ranges]{}
	for _, kind := range risk.Networks() {
		lists[kind], err = follow.OpenOptional(follow.Options{
			Path: filepath.Join(o.NetworksDir, string(kind)+".txt"), Name: "list of networks", Setting: VariableNetworks,
			Watch: o.Watch, Log: o.Log, Now: o.Now,
		}, parseNetworks)
		if err != nil {
			return nil, err
		}
	}
	return lists, nil
}

// checkFolder refuses a folder with a list of an unknown kind, because its networks would count for nothing.
func checkFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		kind, isList := strings.CutSuffix(entry.Name(), ".txt")
		if isList && !slices.Contains(risk.Networks(), risk.Network(kind)) {
			return fmt.Errorf("%s: a list of networks must be named after one of %v", filepath.Join(folder, entry.Name()),
				risk.Networks())
		}
	}
	return nil
}

// parseASNs reads the first word of each line: an autonomous system.
func parseASNs(lines string) (map[uint]bool, error) {
	systems := map[uint]bool{}
	for line := range strings.Lines(lines) {
		first, _, _ := strings.Cut(line, " ")
		if first == "#" {
			continue
		}
		number, err := strconv.ParseUint(first, 10, 32)
		if err != nil {
			return nil, err
		}
		systems[uint(number)] = true
	}
	return systems, nil
}

// system is the record of a network in a file of autonomous systems, in MaxMind's layout.
type system struct {
	Number uint `maxminddb:"autonomous_system_number"`
}

// parseSystems opens a file of autonomous systems. It refuses a file of another kind, in which nothing would be found.
func parseSystems(content []byte) (*maxminddb.Reader, error) {
	reader, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, err
	}
	for network := range reader.Networks() {
		var found system
		if err := network.Decode(&found); err != nil || found.Number == 0 {
			break
		}
		return reader, nil
	}
	return nil, errors.New("holds no autonomous systems that can be read")
}

// SystemsBuilt returns the build time of the file of autonomous systems, and false without such a file.
func (s *Sources) SystemsBuilt() (time.Time, bool) {
	if s.networks.systems == nil {
		return time.Time{}, false
	}
	return s.networks.systems.Value().Metadata.BuildTime(), true
}

// holding returns the kinds of networks that hold the address.
func (n networks) holding(address netip.Addr) []risk.Network {
	var kinds []risk.Network
	for _, kind := range risk.Networks() {
		if kind == risk.Hosting && n.hosted(address) || n.listed[kind] != nil && n.listed[kind].Value().holds(address) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// hosted reports whether the address is that of a company that rents servers.
func (n networks) hosted(address netip.Addr) bool {
	if n.systems == nil {
		return n.builtIn.holds(address)
	}
	var found system
	err := n.systems.Value().Lookup(address).Decode(&found)
	return err == nil && n.hosts[found.Number]
}
