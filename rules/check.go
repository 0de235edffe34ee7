package rules

import (
	"encoding/json"
	"fmt"
)

// Check is one named test of a method: passed, failed or not performed.
type Check struct {
	Name   string
	Passed bool
	// NotPerformed reports that the test could not be made, such as that of a text which is not readable. Passed is false
	// then.
	NotPerformed bool
}

// AgeCheck returns the name of the test of an age in years, such as age_over_18.
func AgeCheck(years int) string { return fmt.Sprintf("age_over_%02d", years) }

const (
	checkPassed       = "passed"
	checkFailed       = "failed"
	checkNotPerformed = "not_performed"
)

type checkJSON struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

// Failed reports whether the test was made and did not pass.
func (c Check) Failed() bool { return !c.Passed && !c.NotPerformed }

// MarshalJSON writes the public form, which the results table also holds: {"name":"chip","status":"passed"}.
func (c Check) MarshalJSON() ([]byte, error) {
	status := checkFailed
	switch {
	case c.Passed:
		status = checkPassed
	case c.NotPerformed:
		status = checkNotPerformed
	}
	return json.Marshal(checkJSON{Name: c.Name, Status: status})
}

// UnmarshalJSON reads the form of MarshalJSON. An unknown status counts as failed.
func (c *Check) UnmarshalJSON(b []byte) error {
	var read checkJSON
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	*c = Check{
		Name: read.Name, Passed: read.Status == checkPassed, NotPerformed: read.Status == checkNotPerformed,
	}
	return nil
}
