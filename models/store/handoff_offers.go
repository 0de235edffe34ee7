package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// NoteHandoffReason records a problem on the user's device. Once a phone is offered, nothing more is written. Revision
// and updated do not change, because no decision depends on the columns and the merchant does not see them. Errors:
// CodeSessionNotFound, CodeSessionTerminal.
func (s *Store) NoteHandoffReason(
	ctx context.Context, org, id string, reason models.HandoffReason,
) (models.Session, error) {
	set := map[string]any{"handoff_reason": reason}
	if reason == models.HandoffScanFailed {
		set = countFailedScan()
	}
	err := s.read(ctx).Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ? AND handoff_reason IS NULL", id, org, models.OpenStatuses).
		Updates(set).Error
	if err != nil {
		return models.Session{}, err
	}
	return s.openSession(ctx, org, id)
}

// countFailedScan returns the columns that count one more failed scan, up to models.ScansBeforeHandoff. An earlier
// reason is kept.
func countFailedScan() map[string]any {
	return map[string]any{
		"failed_scans": gorm.Expr("CASE WHEN failed_scans < ? THEN failed_scans + 1 ELSE failed_scans END",
			models.ScansBeforeHandoff),
		"handoff_reason": gorm.Expr(
			"CASE WHEN handoff_reason IS NULL AND failed_scans + 1 >= ? THEN ? ELSE handoff_reason END",
			models.ScansBeforeHandoff,
			models.HandoffScanFailed,
		),
	}
}

// isFailedScan reports whether a picture was judged and refused. An error does not count, because it does not concern
// the picture.
func (j Judgement) isFailedScan() bool {
	refused := j.Result.Status == graph.OutcomeFailed || j.Result.Status == graph.OutcomeRequiresInput
	return refused && slices.Contains(j.Submission.Method.Needs(), rules.NeedCamera)
}
