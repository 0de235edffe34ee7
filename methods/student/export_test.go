package student

// ListedDomains returns the domains of the shipped list that count.
func ListedDomains() (listed []string) {
	for domain, counts := range shippedDomains() {
		if counts {
			listed = append(listed, domain)
		}
	}
	return listed
}
