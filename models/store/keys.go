package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// keyProof proves that a process has the key under which rows were sealed or hashed.
type keyProof struct {
	Kind    string `gorm:"primaryKey"`
	KeyID   string `gorm:"primaryKey"` // "" for the lookup key
	Proof   string
	Created models.Timestamp
}

func (keyProof) TableName() string { return "key_proofs" }

const (
	proofEncryption = "encryption"
	proofLookup     = "lookup"
	proofText       = "stile"
)

func proofPlace(id string) seal.Place { return seal.Place{Table: "key_proofs", Row: id} }

// WrongKeysError lists the keys that a process lacks, or has under the id of another key.
type WrongKeysError struct {
	// Missing are the ids of keys that are not configured, Different the ids that are configured with another key.
	Missing, Different []string
	// Lookup reports whether the lookup key differs.
	Lookup bool
}

func (e *WrongKeysError) Error() string {
	var faults []string
	if len(e.Missing) > 0 {
		faults = append(faults, "STILE_ENCRYPTION_KEYS lacks keys that rows are sealed under: "+strings.Join(e.Missing, ", "))
	}
	if len(e.Different) > 0 {
		faults = append(faults, "STILE_ENCRYPTION_KEYS has other keys than rows are sealed under, under the ids "+
			strings.Join(e.Different, ", "))
	}
	if e.Lookup {
		faults = append(faults, "STILE_LOOKUP_KEY is not the key that rows were hashed under")
	}
	return strings.Join(faults, "; ")
}

func (e *WrongKeysError) orNil() error {
	if len(e.Missing) == 0 && len(e.Different) == 0 && !e.Lookup {
		return nil
	}
	slices.Sort(e.Missing)
	slices.Sort(e.Different)
	return e
}

// ProveKeys checks that the configured keys open the stored rows, and records the key that seals from now on. It must
// succeed before anything is sealed, and needs the current schema. Errors: WrongKeysError.
func (s *Store) ProveKeys(ctx context.Context) error {
	if s.proved.Load() {
		return nil
	}
	proofs, err := s.keyProofs(ctx)
	if err != nil {
		return err
	}
	if err := s.judgeProofs(proofs); err != nil {
		return err
	}
	if err := s.noteKeys(ctx, proofs); err != nil {
		return err
	}
	// Another process may have recorded another key under the same id at the same moment. The second check finds that.
	if proofs, err = s.keyProofs(ctx); err != nil {
		return err
	}
	if err := s.judgeProofs(proofs); err != nil {
		return err
	}
	s.proved.Store(true)
	return nil
}

func (s *Store) keyProofs(ctx context.Context) ([]keyProof, error) {
	var proofs []keyProof
	err := s.read(ctx).Order("kind, key_id").Find(&proofs).Error
	return proofs, err
}

func (s *Store) judgeProofs(proofs []keyProof) error {
	var wrong WrongKeysError
	for _, proof := range proofs {
		switch {
		case proof.Kind == proofLookup:
			wrong.Lookup = proof.Proof != s.lookupProof()
		case !s.keys.Has(proof.KeyID):
			wrong.Missing = append(wrong.Missing, proof.KeyID)
		default:
			if _, err := s.keys.Open(proof.Proof, proofPlace(proof.KeyID)); err != nil {
				wrong.Different = append(wrong.Different, proof.KeyID)
			}
		}
	}
	return wrong.orNil()
}

func (s *Store) lookupProof() string { return s.keys.Digest("key-proof", []byte(proofText)) }

// noteKeys records the lookup key and the sealing key. If no keys have been recorded before, it first checks the
// existing rows and records their keys too.
func (s *Store) noteKeys(ctx context.Context, proofs []keyProof) error {
	ids := []string{s.keys.Primary()}
	adopted := slices.ContainsFunc(proofs, func(p keyProof) bool { return p.Kind == proofLookup })
	if !adopted {
		found, err := s.adopt(ctx)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	now := s.Now()
	rows := []keyProof{{Kind: proofLookup, Proof: s.lookupProof(), Created: now}}
	for _, id := range ids {
		sealed := s.keys.Under(id).Seal([]byte(proofText), proofPlace(id))
		rows = append(rows, keyProof{Kind: proofEncryption, KeyID: id, Proof: sealed, Created: now})
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, row := range rows {
			if _, err := createOnce(tx, &row); err != nil {
				return err
			}
		}
		return nil
	})
}

// adopt finds the keys of rows from before keys were recorded, and checks that they are configured.
func (s *Store) adopt(ctx context.Context) ([]string, error) {
	var wrong WrongKeysError
	var ids []string
	for _, c := range sealedColumns {
		found, err := s.keysIn(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, use := range found {
			opens, err := s.opensSample(ctx, c, use.KeyID)
			switch {
			case err != nil:
				return nil, err
			case !s.keys.Has(use.KeyID):
				wrong.Missing = appendOnce(wrong.Missing, use.KeyID)
			case !opens:
				wrong.Different = appendOnce(wrong.Different, use.KeyID)
			default:
				ids = appendOnce(ids, use.KeyID)
			}
		}
	}
	hashes, err := s.lookupKeyMatches(ctx)
	wrong.Lookup = !hashes
	if err != nil {
		return ids, err
	}
	return ids, wrong.orNil()
}

func appendOnce(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// lookupKeyMatches derives the token of the newest handoff and compares it with the stored hash.
func (s *Store) lookupKeyMatches(ctx context.Context) (bool, error) {
	var h models.Handoff
	found, err := one(s.read(ctx).Order("created DESC"), &h)
	if err != nil {
		return false, err
	}
	if !found {
		return true, nil
	}
	return h.TokenHash == HashKey(s.handoffToken(h)), nil
}

// EncryptionKeys counts the values under each recorded key, by key and table. A key without values has one entry
// without a table.
func (a Across) EncryptionKeys(ctx context.Context) ([]KeyUse, error) {
	proofs, err := a.s.keyProofs(ctx)
	if err != nil {
		return nil, err
	}
	var uses []KeyUse
	for _, c := range sealedColumns {
		found, err := a.s.keysIn(ctx, c)
		if err != nil {
			return nil, err
		}
		uses = append(uses, found...)
	}
	for _, proof := range proofs {
		used := slices.ContainsFunc(uses, func(u KeyUse) bool { return u.KeyID == proof.KeyID })
		if proof.Kind == proofEncryption && !used {
			uses = append(uses, KeyUse{KeyID: proof.KeyID})
		}
	}
	slices.SortStableFunc(uses, func(x, y KeyUse) int { return strings.Compare(x.KeyID, y.KeyID) })
	return uses, nil
}

// RetireKey deletes the record of an encryption key, so that processes start without the key. It returns an error while
// values are sealed under the key.
func (a Across) RetireKey(ctx context.Context, id string) error {
	if id == a.s.keys.Primary() {
		return fmt.Errorf("%s is the first of STILE_ENCRYPTION_KEYS: put another key in front of it everywhere first", id)
	}
	uses, err := a.EncryptionKeys(ctx)
	if err != nil {
		return err
	}
	known := false
	var sealed []string
	for _, use := range uses {
		if use.KeyID != id {
			continue
		}
		known = true
		if use.Rows > 0 {
			sealed = append(sealed, fmt.Sprintf("%d in %s", use.Rows, use.Table))
		}
	}
	switch {
	case !known:
		return fmt.Errorf("no encryption key %s is in use", id)
	case len(sealed) > 0:
		return fmt.Errorf("values are sealed under %s: %s", id, strings.Join(sealed, ", "))
	}
	return a.s.read(ctx).Where("kind = ? AND key_id = ?", proofEncryption, id).Delete(&keyProof{}).Error
}
