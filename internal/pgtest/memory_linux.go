package pgtest

import "syscall"

// memory is a file system in memory.
const memory = "/dev/shm"

// freeMemory is how many bytes can be written there; 0 where there is none.
func freeMemory() uint64 {
	var found syscall.Statfs_t
	if syscall.Statfs(memory, &found) != nil {
		return 0
	}
	return found.Bavail * uint64(found.Bsize)
}
