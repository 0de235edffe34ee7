package condition

// Programs hold the conditions of one definition, each compiled when it is first
// asked for, and once. The zero value is ready. One goroutine may use them at a
// time, and their number is for the caller to bound.
type Programs struct {
	known map[string]attempt
}

// attempt is what compiling a condition came to.
type attempt struct {
	program program
	err     error
}

// Check reports what keeps a condition from being used, or what it may cost at
// worst. The error is an [*Error] unless the engine itself is at fault.
func (p *Programs) Check(expr string) (cost uint64, err error) {
	checked, err := p.compile(expr)
	return checked.cost, err
}

// Evaluate is [Evaluate] with these programs.
func (p *Programs) Evaluate(conditions []string, v Variables) (index int, reason string, err error) {
	return evaluate(p.compile, conditions, v)
}

func (p *Programs) compile(expr string) (program, error) {
	if done, found := p.known[expr]; found {
		return done.program, done.err
	}
	if p.known == nil {
		p.known = map[string]attempt{}
	}
	var done attempt
	done.program, done.err = compile(expr)
	p.known[expr] = done
	return done.program, done.err
}
