//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// Alone puts a process into a group of its own, so that it can be killed with the processes that it has started.
func Alone() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// KillGroup kills a process that has been started with Alone, and its group.
func KillGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
