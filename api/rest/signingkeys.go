package rest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stile-id/stile/models/store"
)

const (
	// firstSigningKey is the same on every replica: of those that find no key and make one, the database keeps one.
	firstSigningKey = "sk-1"
	// signingKeysTTL is how long a process may sign without a new key, and accept a removed one.
	signingKeysTTL = time.Minute
	// signingKeysPause bounds how often made-up key ids can send us to the database.
	signingKeysPause = time.Second
)

var errNoSuchKey = errors.New("no such signing key")

// signingKeys remembers the keys in the database, newest first.
type signingKeys struct {
	across store.Across
	now    func() time.Time
	mu     sync.Mutex
	known  []signingKey
	read   time.Time
}

// newest is the key to sign with. Where there is none yet it makes the first.
func (k *signingKeys) newest(ctx context.Context) (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx, signingKeysTTL); err != nil {
		return signingKey{}, err
	}
	if len(k.known) == 0 {
		if err := k.makeFirst(ctx); err != nil {
			return signingKey{}, err
		}
	}
	return k.known[0], nil
}

// all returns the keys, newest first. Where there is none yet it makes the first.
func (k *signingKeys) all(ctx context.Context) ([]signingKey, error) {
	if _, err := k.newest(ctx); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.known), nil
}

// find looks a key up by its id. One that is not known may be new.
func (k *signingKeys) find(ctx context.Context, id string) (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, age := range []time.Duration{signingKeysTTL, signingKeysPause} {
		if err := k.refresh(ctx, age); err != nil {
			return signingKey{}, err
		}
		if i := slices.IndexFunc(k.known, func(key signingKey) bool { return key.id == id }); i >= 0 {
			return k.known[i], nil
		}
	}
	return signingKey{}, errNoSuchKey
}

// refresh reads the keys anew, unless they were read within the age.
func (k *signingKeys) refresh(ctx context.Context, age time.Duration) error {
	now := k.now()
	if !k.read.IsZero() && now.Sub(k.read) < age {
		return nil
	}
	rows, err := k.across.SigningKeys(ctx)
	if err != nil {
		return err
	}
	known := make([]signingKey, 0, len(rows))
	for _, row := range rows {
		if len(row.Seed) != ed25519.SeedSize {
			return fmt.Errorf("signing key %s has %d bytes", row.ID, len(row.Seed))
		}
		known = append(known, signingKey{id: row.ID, private: ed25519.NewKeyFromSeed(row.Seed)})
	}
	k.known, k.read = known, now
	return nil
}

func (k *signingKeys) makeFirst(ctx context.Context) error {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	if err := k.across.AddSigningKey(ctx, store.SigningKey{ID: firstSigningKey, Seed: seed}); err != nil {
		return err
	}
	if err := k.refresh(ctx, 0); err != nil {
		return err
	}
	if len(k.known) == 0 {
		return errors.New("the first signing key is not to be found")
	}
	return nil
}
