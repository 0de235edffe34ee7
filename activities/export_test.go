package activities

// Begin shows the tests how an attempt is noted.
func (p *Pace) Begin(endpoint string) (ended func(acknowledged bool)) { return p.begin(endpoint) }
