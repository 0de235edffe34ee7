package methodtest

import "encoding/json"

// Input is an object as a device sends it.
type Input map[string]any

// Has implements methods.Input.
func (i Input) Has(member string) bool { return i[member] != nil }

// Read implements methods.Input.
func (i Input) Read(into any) error {
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
