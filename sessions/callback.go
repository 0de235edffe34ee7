package sessions

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
)

// Callback is a submission that its provider calls back about.
type Callback struct {
	Session    models.Session
	Submission models.Submission
	// Provider is the label of the connector, which the result names.
	Provider string
}

// TakeVerdict commits the verdict in the body of a callback, in the format of provider connectors, and tells the run. A
// repeat of the verdict changes nothing. Errors: CodeParameterInvalid of a field of the body; CodeVerdictGiven where
// the submission has a different verdict; CodeSessionTerminal where the session ended before the verdict came; ErrBusy.
func (s *Service) TakeVerdict(ctx context.Context, on Callback, body []byte) error {
	verdict, err := connector.ParseVerdict(body)
	var wrong *connector.Fault
	if errors.As(err, &wrong) {
		return models.Invalid(wrong.Field, "%s", wrong.Message)
	}
	if err != nil {
		return err
	}
	verdict.Provider = on.Provider
	session := models.SessionRef{OrgID: on.Submission.OrgID, SessionID: on.Submission.SessionID}
	ref := models.SubmissionRef{SessionRef: session, SubmissionID: on.Submission.ID}
	done, err := s.engine.CommitVerdict(ctx, ref, Given(verdict))
	if err != nil && models.CodeOf(err) != models.CodeSessionTerminal {
		return err
	}
	fault.Point("callback.committed")
	if done.Made() {
		s.orders.changed(ctx, done.Session)
		return nil
	}
	return s.givenAlready(ctx, on, verdict)
}

// givenAlready accepts a repeat of the verdict that was committed, and refuses every other.
func (s *Service) givenAlready(ctx context.Context, on Callback, v methods.Verdict) error {
	results, err := s.store.Results(ctx, on.Session.OrgID, on.Session.ID)
	if err != nil {
		return err
	}
	for _, result := range results[on.Session.ID] {
		if result.ID != on.Submission.ID {
			continue
		}
		again := settled(v, on.Session.AgeTier)
		if sameVerdict(result, again) || sameVerdict(result, costing(again)) {
			return nil
		}
		return models.Errorf(models.CodeVerdictGiven, "The submission has had its verdict, and it was another")
	}
	return models.Errorf(models.CodeSessionTerminal, "The session ended before the verdict came")
}

// sameVerdict reports whether two results record the same verdict.
func sameVerdict(a, b models.Result) bool {
	return a.Status == b.Status && reflect.DeepEqual(a.AgeTier, b.AgeTier) &&
		slices.Equal(a.ReasonCodes.V, b.ReasonCodes.V) && slices.Equal(a.Checks.V, b.Checks.V)
}
