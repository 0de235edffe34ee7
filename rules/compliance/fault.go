package compliance

import "fmt"

// Fault is one mistake in the data. [Load] returns all of them at once.
type Fault struct {
	File    string // such as "US-CA.yaml"
	Field   string // such as "rules.alcohol_delivery[0].effective_from"; "" for the whole file
	Message string
}

func (f *Fault) Error() string {
	if f.Field == "" {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s: %s: %s", f.File, f.Field, f.Message)
}
