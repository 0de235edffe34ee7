package store

import (
	"context"

	"github.com/stile-id/stile/models"
)

// skipVerification is the transition of a session that is born verified.
const skipVerification = "skip_verification"

// EndedSessions lists the sessions that have ended and pass the filter, newest first. Those that are born verified are
// left out: what no graph decided tells nothing of one.
func (s *Store) EndedSessions(
	ctx context.Context, org string, f SessionFilter, page Page,
) (rows []models.Session, more bool, err error) {
	skipped := s.read(ctx).Model(&models.SessionTransition{}).Select("TRUE").
		Where("session_transitions.session_id = sessions.id AND session_transitions.id = ?", skipVerification)
	// As a value, which is looked up for each session: PostgreSQL would join for NOT EXISTS, and read all transitions.
	q := s.read(ctx).Where("org_id = ? AND completed_at IS NOT NULL AND (?) IS NOT TRUE", org, skipped)
	return listWithin[models.Session](s, q, listed(f.Created, f.apply), page)
}
