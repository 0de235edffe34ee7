package store

import (
	"context"
	"crypto/subtle"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// challengeCodeHash returns the keyed hash of a code, bound to the session and the challenge.
func (s *Store) challengeCodeHash(c models.Challenge, code string) string {
	return s.keys.Digest("challenge_code", []byte(c.SessionID), []byte(c.ID), []byte(code))
}

// TriedChallengeCode is the result of TryChallengeCode.
type TriedChallengeCode struct {
	// Counted means that the code could be tried, and Right that the entered one is the right one.
	Counted, Right bool
	// TriesLeft is the number of further tries.
	TriesLeft int
}

// TryChallengeCode counts a try to enter the code of a challenge, and compares. The count is written before the
// comparison, so racing tries cannot exceed models.EmailCodeTries. Nothing is counted if the challenge has no code, has
// no try left or has expired. A used challenge compares without counting, for the repeat of a submission.
func (s *Store) TryChallengeCode(
	ctx context.Context, read models.Challenge, entered string,
) (tried TriedChallengeCode, err error) {
	if read.CodeHash == nil {
		return tried, nil
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	current := read
	if read.UsedAt == nil {
		res := s.read(ctx).Model(&current).Clauses(returning(models.Challenge{})).
			Where("id = ? AND org_id = ? AND session_id = ?", read.ID, read.OrgID, read.SessionID).
			Where("used_at IS NULL AND expires_at > ? AND code_tries < ?", s.Now(), models.EmailCodeTries).
			Updates(map[string]any{"code_tries": gorm.Expr("code_tries + 1")})
		if res.Error != nil || res.RowsAffected == 0 {
			return tried, res.Error
		}
	}
	hash := s.challengeCodeHash(read, entered)
	return TriedChallengeCode{
		Counted: true, Right: subtle.ConstantTimeCompare([]byte(hash), []byte(*read.CodeHash)) == 1,
		TriesLeft: max(models.EmailCodeTries-current.CodeTries, 0),
	}, nil
}
