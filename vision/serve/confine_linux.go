//go:build linux && (amd64 || arm64)

package serve

import (
	"errors"
	"math"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confine sets the limits of a worker: memory in bytes, no core dump, no other process that reads its memory, no
// network and no file that it can write. It returns the names of the limits that could not be set.
func confine(memory int64) (open []string) {
	note := func(name string, errs ...error) {
		for _, err := range errs {
			if err != nil {
				open = append(open, name)
				return
			}
		}
	}
	note("core dumps", limit(unix.RLIMIT_CORE, 0), unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
	note("files", limit(unix.RLIMIT_FSIZE, 0))
	note("system calls", filterCalls(filter()))
	note("memory", limit(unix.RLIMIT_DATA, uint64(memory)))
	return open
}

// confineServer keeps pictures that wait in a server out of core dumps and out of reach of other processes, and open
// files away from its workers. No program that it starts gains rights. It filters no call, but the filter is what sets
// this for every thread: the limit itself is one of the calling thread.
func confineServer() error {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) // files that were open here; Linux 5.11
	err := errors.Join(limit(unix.RLIMIT_CORE, 0), unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	_ = filterCalls([]unix.SockFilter{statement(end, allow)}) // workers report a kernel without filters
	return err
}

func limit(resource int, value uint64) error {
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
}

// refusedCalls are the system calls that no reader of pictures makes: those that reach the network, another process,
// or the kernel's own facilities, and those that change the file system. The calls that open a file are refused if the
// file is opened to be written.
var refusedCalls = append([]uint32{
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT,
	unix.SYS_ACCEPT4, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL,
	unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_OPENAT2,
	unix.SYS_TRUNCATE, unix.SYS_MKDIRAT, unix.SYS_MKNODAT, unix.SYS_UNLINKAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT,
	unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT, unix.SYS_SETXATTR,
}, refusedHere...)

// writing are the flags of a file that is opened to be written or made.
const writing = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC | unix.O_TMPFILE&^unix.O_DIRECTORY

// The offsets of the filter's input (struct seccomp_data).
const (
	offsetCall      = 0
	offsetArch      = 4
	offsetArguments = 16
)

// Results of the filter.
const (
	allow = 0x7fff0000
	deny  = 0x00050000 | uint32(unix.EPERM)
	kill  = 0x80000000
)

func statement(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }

func jump(code uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: code, Jt: yes, Jf: no, K: k}
}

// Instructions of the filter.
const (
	load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	above = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
	bits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	end   = unix.BPF_RET | unix.BPF_K
)

// filter returns the program that the kernel runs before each system call.
func filter() []unix.SockFilter {
	program := []unix.SockFilter{
		statement(load, offsetArch), jump(equal, architecture, 1, 0), statement(end, kill),
		statement(load, offsetCall),
		jump(above, foreignCalls, 0, 1), statement(end, deny), // the second numbering of amd64
	}
	for _, call := range refusedCalls {
		program = append(program, jump(equal, call, 0, 1), statement(end, deny))
	}
	for call, argument := range openingCalls {
		program = append(program,
			jump(equal, call, 0, 4),
			statement(load, offsetArguments+8*argument), jump(bits, writing, 0, 1), statement(end, deny),
			statement(end, allow),
		)
	}
	return append(program, statement(end, allow))
}

// filterCalls sets a filter for all threads of the process, and with it that no program they start gains rights
// (no_new_privs). It cannot be removed, and programs that the process starts keep it.
func filterCalls(program []unix.SockFilter) error {
	runtime.LockOSThread() // the second call is refused to a thread that has not made the first
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&prog))) //nolint:gosec // the kernel takes the program by its address
	runtime.KeepAlive(program)
	if errno != 0 {
		return errno
	}
	return nil
}
