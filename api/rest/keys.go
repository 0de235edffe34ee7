package rest

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// keyCacheTTL keeps a key from being read at every request, and lets a revocation bite within five seconds.
	keyCacheTTL = 3 * time.Second
	// keyCacheSize bounds the memory; a cache that is full starts anew.
	keyCacheSize = 10_000
	// longestKey is well beyond the length of any key.
	longestKey = 200
)

// keyCache caches the holders of API keys. Unknown keys are not cached, so that a key works as soon as it exists.
type keyCache struct {
	across store.Across
	now    func() time.Time
	// timeout bounds a look-up.
	timeout time.Duration
	// lookUps joins the look-ups of the same key.
	lookUps singleflight.Group
	mu      sync.Mutex
	known   map[string]knownKey
}

type knownKey struct {
	holder store.KeyHolder
	until  time.Time
}

func newKeyCache(across store.Across, now func() time.Time, timeout time.Duration) *keyCache {
	return &keyCache{across: across, now: now, timeout: timeout, known: map[string]knownKey{}}
}

func errKeyInvalid() error {
	return models.Errorf(models.CodeAPIKeyInvalid, "Invalid API key provided")
}

// authenticate finds the holder of a secret. Errors: CodeAPIKeyInvalid.
func (k *keyCache) authenticate(ctx context.Context, secret string) (store.KeyHolder, error) {
	if len(secret) > longestKey || !strings.HasPrefix(secret, models.SecretKeyPrefix) &&
		!strings.HasPrefix(secret, models.PublishableKeyPrefix) {
		return store.KeyHolder{}, errKeyInvalid()
	}
	hash := store.HashKey(secret)
	if holder, valid := k.valid(hash); valid {
		return holder, nil
	}
	// The look-up goes on without the caller, because others may wait for it.
	found, err, _ := k.lookUps.Do(hash, func() (any, error) {
		if holder, valid := k.valid(hash); valid { // another caller has just looked it up
			return holder, nil
		}
		return k.lookUp(context.WithoutCancel(ctx), hash)
	})
	holder, _ := found.(store.KeyHolder)
	return holder, err
}

// valid returns the cached holder of a valid key. A revocation with grace is known beforehand, and holds to the second.
// The store records the refusal.
func (k *keyCache) valid(hash string) (store.KeyHolder, bool) {
	holder, known := k.recall(hash)
	return holder, known && holder.Key.ValidAt(k.now())
}

func (k *keyCache) lookUp(ctx context.Context, hash string) (store.KeyHolder, error) {
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	read := k.now() // before the look-up: its result may be old by the time it returns
	holder, err := k.across.Authenticate(ctx, hash)
	if err != nil {
		k.forget(hash)
		return holder, err
	}
	k.remember(hash, knownKey{holder: holder, until: read.Add(keyCacheTTL)})
	return holder, nil
}

// forget drops a key, so that a clock that is set back does not revive it.
func (k *keyCache) forget(hash string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, hash)
}

func (k *keyCache) recall(hash string) (store.KeyHolder, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.known[hash]
	return found.holder, ok && k.now().Before(found.until)
}

func (k *keyCache) remember(hash string, found knownKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= keyCacheSize {
		clear(k.known)
	}
	k.known[hash] = found
}
