package pgtest

import "syscall"

// memory is a file system in memory.
const memory = "/dev/shm"

// freeMemory returns the number of bytes that can be written there; 0 if there is no such file system.
func freeMemory() uint64 {
	var found syscall.Statfs_t
	if syscall.Statfs(memory, &found) != nil {
		return 0
	}
	return found.Bavail * uint64(found.Bsize)
}
