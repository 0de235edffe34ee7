package condition

// Programs hold the compiled conditions of one definition. Each condition is
// compiled once, at its first use. The zero value is ready. One goroutine may
// use them at a time, and the caller bounds the number of conditions.
type Programs struct {
	known map[string]attempt
}

// attempt is the result of compiling a condition.
type attempt struct {
	program program
	err     error
}

// Check returns the highest cost of a condition, in CEL's units. The error is an
// [*Error] for a condition that cannot be used, and of another type if the
// engine is at fault.
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
