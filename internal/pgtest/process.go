package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// process is a running child that ends with this process.
type process struct {
	handle *os.Process
	done   chan struct{} // closed when it has ended
}

// startProcess keeps the thread that starts the child until the child ends: the
// kernel binds the signal at the parent's death to that thread, not to the process.
func startProcess(cmd *exec.Cmd) (*process, error) {
	dieWithParent(cmd.SysProcAttr)
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		// Once the child has ended. A thread that ended with this goroutine would take along the children that were
		// started on it before it was locked.
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		p.handle = cmd.Process
		started <- err
		if err != nil {
			return
		}
		defer close(p.done)
		_ = cmd.Wait() // the reason is in its log
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// end sends the signal and waits. It kills a child that does not end within the timeout.
func (p *process) end(signal os.Signal, timeout time.Duration) error {
	if err := p.handle.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(timeout):
	}
	if err := p.handle.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}
