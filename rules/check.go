package rules

import "encoding/json"

// Check is one named test of a method: passed or failed.
type Check struct {
	Name   string
	Passed bool
}

const (
	checkPassed = "passed"
	checkFailed = "failed"
)

type checkJSON struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

// MarshalJSON writes the public form, which the results table also holds: {"name":"chip","status":"passed"}.
func (c Check) MarshalJSON() ([]byte, error) {
	status := checkFailed
	if c.Passed {
		status = checkPassed
	}
	return json.Marshal(checkJSON{Name: c.Name, Status: status})
}

// UnmarshalJSON reads the form of MarshalJSON. Any status but "passed" counts as failed.
func (c *Check) UnmarshalJSON(b []byte) error {
	var read checkJSON
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	*c = Check{Name: read.Name, Passed: read.Status == checkPassed}
	return nil
}
