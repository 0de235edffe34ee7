package serve

import "golang.org/x/sys/unix"

const (
	architecture = unix.AUDIT_ARCH_AARCH64
	// foreignCalls is no number of a call.
	foreignCalls = 0xFFFFFFFF
)

// refusedHere are the refused calls that only arm64 has.
var refusedHere = []uint32{}

// openingCalls are the calls that open files, with the index of their argument that has the flags.
var openingCalls = map[uint32]uint32{unix.SYS_OPENAT: 2}
