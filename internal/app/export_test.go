package app

import "time"

// ClockStatus returns the finding about another clock that was read between two times.
func ClockStatus(at, before, after time.Time) FindingStatus {
	e := &examination{}
	e.clock("the database", at, before, after)
	return e.findings[0].Status
}
