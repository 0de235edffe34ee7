// Package version tells which version of Stile a program is.
package version

import "runtime/debug"

// set is the version of a program that is built without the repository, as the image is. The linker sets it:
// -ldflags "-X github.com/stile-id/stile/internal/version.set=1.5.0".
var set string

// String returns the version that the linker has set, or else the one that Go has noted: a tag, or a pseudo-version
// with the time and the revision of the commit, and "+dirty" after changes that are not committed. Without both it
// returns "unknown".
func String() string {
	build, known := debug.ReadBuildInfo()
	if !known {
		return first(set)
	}
	return first(set, build.Main.Version)
}

// devel is Go's version of a program that is built without the repository.
const devel = "(devel)"

func first(versions ...string) string {
	for _, version := range versions {
		if version != "" && version != devel {
			return version
		}
	}
	return "unknown"
}
