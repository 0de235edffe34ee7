//go:build unix && !linux

package pgtest

import "syscall"

// dieWithParent does nothing here: a killed test leaves its cluster running.
func dieWithParent(*syscall.SysProcAttr) {}
