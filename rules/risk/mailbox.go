package risk

import (
	"slices"
	"strings"
)

// specialDomains are top-level domains that never hold a public mailbox (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC
// 8375, ICANN's internal).
var specialDomains = []string{
	"test", "example", "invalid", "localhost", "local", "onion", "alt", "arpa", "internal", "lan", "home", "corp",
}

// automatons are mailboxes that no person reads or that no person owns.
var automatons = []string{
	"noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "hostmaster", "abuse", "nobody",
	"devnull", "test", "fake", "asdf", "asdfgh", "qwerty", "qwertz",
}

// CheckMailbox judges an e-mail address in its canonical form by its text alone. DomainInvalid means that the domain
// has one label or a reserved top-level domain. Unlikely means a pattern that people's addresses do not have: the name
// of an automaton, a letter five times in a row, or sixteen and more characters that change between letters and digits
// eight times.
func CheckMailbox(address string) Email {
	local, domain, _ := strings.Cut(address, "@")
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	name, _, _ := strings.Cut(local, "+")
	return Email{
		DomainInvalid: top == domain || slices.Contains(specialDomains, top),
		Unlikely:      slices.Contains(automatons, name) || repeats(name) || random(name),
	}
}

// longestRun is the number of equal characters in a row that no name has.
const longestRun = 5

// repeats reports whether a character stands longestRun times in a row. Digits may: people repeat their lucky ones.
func repeats(name string) bool {
	run, last := 0, rune(-1)
	for _, r := range name {
		if r != last {
			run, last = 0, r
		}
		if run++; run >= longestRun && !isDigit(r) {
			return true
		}
	}
	return false
}

// The length of a name, and the number of changes between letters and digits in it, from which on it looks generated.
const (
	randomLength  = 16
	randomChanges = 8
)

// random reports whether a name looks like one that a program made up. A name with a dot, dash or underscore does not.
func random(name string) bool {
	if len(name) < randomLength || strings.ContainsAny(name, "._-") {
		return false
	}
	changes := 0
	for i := 1; i < len(name); i++ {
		if isDigit(rune(name[i])) != isDigit(rune(name[i-1])) {
			changes++
		}
	}
	return changes >= randomChanges
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
