package trust

// Known returns the number of signers that the pool remembers.
func (p *Pool) Known() int { return p.issued.Len() }
