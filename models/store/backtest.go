package store

import (
	"context"

	"github.com/stile-id/stile/models"
)

// skipVerification is the id of the transition that verifies a session at creation.
const skipVerification = "skip_verification"

// EndedSessions returns the ended sessions that pass the filter, newest first. Sessions that were verified at creation
// are left out, because no graph decided them, and so are sessions with a deleted history (Across.DeleteHistories).
func (s *Store) EndedSessions(
	ctx context.Context, org string, f SessionFilter, page Page,
) (rows []models.Session, more bool, err error) {
	skipped := s.read(ctx).Model(&models.SessionTransition{}).Select("TRUE").
		Where("session_transitions.session_id = sessions.id AND session_transitions.id = ?", skipVerification)
	// The subquery is a scalar, which is evaluated for each session. For NOT EXISTS PostgreSQL would plan a join and
	// read all transitions.
	q := s.read(ctx).Where("org_id = ? AND completed_at IS NOT NULL AND (?) IS NOT TRUE", org, skipped).
		Where("guardian_id IS NULL")
	since, err := s.historiesSince(ctx)
	if err != nil {
		return nil, false, err
	}
	if since != nil && (f.Created.From == nil || f.Created.From.Before(since.Time)) {
		f.Created.From = since // a session that was created since has also ended since
	}
	return listWithin[models.Session](s, q, listing{by: "created", window: f.Created, anyOf: f.ended()}, page)
}

// ended returns the conditions of the filter for ended sessions. An index of ended sessions that leads with version or
// jurisdiction goes on with the status, so that it also serves both filters together.
func (f SessionFilter) ended() []condition {
	if f.Status != "" || f.WorkflowVersion == 0 && f.Jurisdiction == "" {
		return []condition{f.apply}
	}
	anyOf := make([]condition, 0, len(models.TerminalStatuses))
	for _, status := range models.TerminalStatuses {
		f.Status = status
		anyOf = append(anyOf, f.apply)
	}
	return anyOf
}
