// Package catalogue holds the texts of one purpose in several languages, one JSON file for each.
package catalogue

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// Catalogues are texts by the language, and by the key.
type Catalogues map[string]map[string]string

// fallback is the language of texts for a user of another one.
const fallback = "en"

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// MustLoad reads the files of a folder that is part of the binary. The name of a file is its language: de.json. It
// panics if a file is no JSON object of texts.
func MustLoad(files fs.FS, folder string) Catalogues {
	names, err := fs.Glob(files, folder+"/*.json")
	if err != nil {
		panic(err)
	}
	loaded := Catalogues{}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(content, &texts); err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		loaded[strings.TrimSuffix(strings.TrimPrefix(name, folder+"/"), ".json")] = texts
	}
	return loaded
}

// Language returns the language of the first BCP 47 tag that has a catalogue, "de" for "de-AT"; "en" if none has.
func (c Catalogues) Language(tags ...string) string {
	for _, tag := range tags {
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if _, known := c[base]; known {
			return base
		}
	}
	return fallback
}

// Fill replaces the placeholders of a text, such as {merchant}, by their values.
func Fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string { return values[strings.Trim(name, "{}")] })
}
