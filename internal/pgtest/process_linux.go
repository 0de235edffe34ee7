package pgtest

import "syscall"

// dieWithParent has the kernel send the signal of an immediate shutdown when this process dies, even from SIGKILL.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = immediate }
