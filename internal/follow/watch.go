package follow

import "sync"

// Watch looks at files that nobody uses at the moment, and reports which of them cannot be read. The zero value has no
// files. It is safe for concurrent use.
type Watch struct {
	mu  sync.Mutex
	all []watched
}

// watched is a File or a Folder, of any type of value.
type watched interface {
	look()
	state() (setting string, outdated bool)
}

// add adds a file. A nil Watch takes none.
func (w *Watch) add(f watched) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, f)
}

func (w *Watch) files() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all[:len(w.all):len(w.all)]
}

// Look checks whether files have changed, as their use does. It reads those that have.
func (w *Watch) Look() {
	for _, f := range w.files() {
		f.look()
	}
}

// Outdated returns the number of files of each setting that are missing or faulty, so that their last sound content is
// in use.
func (w *Watch) Outdated() map[string]int {
	counts := map[string]int{}
	for _, f := range w.files() {
		setting, outdated := f.state()
		if outdated {
			counts[setting]++
		} else {
			counts[setting] += 0
		}
	}
	return counts
}
