package main

import (
	"regexp"
	"strings"
)

// renamed has the Go names of components where the contract has several for one type, or a name that says how a
// component is used.
var renamed = map[string]string{
	"CreatedVerificationSession":   "VerificationSession",
	"FiredEventType":               "EventType",
	"NullableFailure":              "Failure",
	"NullableGraph":                "Graph",
	"NullablePreferences":          "Preferences",
	"NullableReview":               "SessionReview",
	"NullableTimestamp":            "Timestamp",
	"RetrievedVerificationSession": "VerificationSession",
	"SubscribedEvent":              "EventType",
	"VerificationSessionSnapshot":  "VerificationSession",
}

// written has the types that the client declares by hand.
var written = map[string]bool{"Timestamp": true}

// queries has the Go types of parameters that the contract describes as text.
var queries = map[string]string{"checkCompliance.use_cases": "[]UseCase"}

// upper has the words that Go writes in capitals.
var upper = map[string]bool{
	"api": true, "eudi": true, "gt": true, "gte": true, "http": true, "id": true, "ip": true, "lt": true, "lte": true,
	"mdl": true, "mid": true, "nfc": true, "otp": true, "pid": true, "url": true, "vp": true,
}

var separators = regexp.MustCompile(`[^A-Za-z0-9]+`)

// initialism matches a text that begins with a word in capitals.
var initialism = regexp.MustCompile(`^[A-Z][A-Z0-9]`)

// goName returns the exported identifier for a name of the API, such as VerifiedPersonID for verified_person_id.
func goName(name string) string {
	if name == "*" {
		return "All"
	}
	var out strings.Builder
	for _, word := range separators.Split(name, -1) {
		switch {
		case word == "":
		case upper[word]:
			out.WriteString(strings.ToUpper(word))
		default:
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

// singular returns the name of one of several.
func singular(name string) string { return strings.TrimSuffix(name, "s") }

// split returns the steps of a reference, such as #/components/schemas/Event.
func split(reference string) []string { return strings.Split(strings.TrimPrefix(reference, "#/"), "/") }

// columns is the length of a line of a comment.
const columns = 110

// comment returns text as the lines of a comment.
func comment(text, indent string) string {
	var out strings.Builder
	line := ""
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > columns {
			out.WriteString(indent + "//" + line + "\n")
			line = ""
		}
		line += " " + word
	}
	if line != "" {
		out.WriteString(indent + "//" + line + "\n")
	}
	return out.String()
}

// sentence returns a description after "Name is ", as the second half of a sentence.
func sentence(description, otherwise string) string {
	if description == "" {
		return otherwise + "."
	}
	if initialism.MatchString(description) {
		return otherwise + ": " + description
	}
	return otherwise + ": " + strings.ToLower(description[:1]) + description[1:]
}
