package signals

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ranges are ranges of addresses in order, without overlaps.
type ranges []span

// span is a range with both of its ends.
type span struct{ first, last netip.Addr }

// parseNetworks reads one network or address per line. Lines may end in a comment, which begins with #. The error names
// the line.
func parseNetworks(text []byte) (ranges, error) {
	var all []span
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		entry, _, _ := strings.Cut(line, "#")
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		prefix, err := parsePrefix(entry)
		if err != nil {
			return nil, fmt.Errorf("line %d must be a network such as 192.0.2.0/24, or an address", number)
		}
		all = append(all, spanOf(prefix))
	}
	return joined(all), nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return address.WithZone("").Prefix(address.BitLen())
}

// spanOf returns the range of a network.
func spanOf(prefix netip.Prefix) span {
	prefix = prefix.Masked()
	last := prefix.Addr().AsSlice()
	for bit := prefix.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	end, _ := netip.AddrFromSlice(last)
	return span{prefix.Addr(), end}
}

// joined sorts ranges, and joins those that overlap.
func joined(all []span) ranges {
	slices.SortFunc(all, func(a, b span) int { return a.first.Compare(b.first) })
	kept := all[:0]
	for _, next := range all {
		if n := len(kept); n > 0 && next.first.Compare(kept[n-1].last) <= 0 {
			if next.last.Compare(kept[n-1].last) > 0 {
				kept[n-1].last = next.last
			}
			continue
		}
		kept = append(kept, next)
	}
	return ranges(slices.Clip(kept))
}

// holds reports whether a range has the address.
func (r ranges) holds(address netip.Addr) bool {
	at, exact := slices.BinarySearchFunc(r, address, func(s span, a netip.Addr) int { return s.first.Compare(a) })
	if exact {
		return true
	}
	return at > 0 && address.Compare(r[at-1].last) <= 0
}
