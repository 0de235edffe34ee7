package child

import (
	"os/exec"
	"syscall"
)

// Alone puts a process into a group of its own, so that it can be killed with the processes that it has started. The
// kernel kills it with its server.
func Alone() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// KillGroup kills a process that has been started with Alone, and its group.
func KillGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
