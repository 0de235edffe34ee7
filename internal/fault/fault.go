//go:build !faults

// Package fault marks the places where tests crash the process. Only a binary built with the tag "faults" can crash
// there.
package fault

// Point does nothing in this build.
func Point(string) {}
