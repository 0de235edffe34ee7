//go:build faults

// Package fault marks the places where a crash hurts most. Only a binary built with the tag "faults" can crash there.
package fault

import (
	"os"
	"syscall"
)

// Point kills this process, as SIGKILL does, where STILE_FAULT names the point.
func Point(name string) {
	if os.Getenv("STILE_FAULT") == name {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
