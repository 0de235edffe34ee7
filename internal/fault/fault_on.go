//go:build faults

// Package fault marks the places where tests crash the process. Only a binary built with the tag "faults" can crash
// there.
package fault

import (
	"os"
	"syscall"
)

// Point kills this process with SIGKILL if STILE_FAULT is name.
func Point(name string) {
	if os.Getenv("STILE_FAULT") == name {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
