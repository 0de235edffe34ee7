package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// decide has an activity look at our rows, and change them where it must. It returns an error only when the run is
// being cancelled: everything else is tried until it works.
func decide[T any](ctx workflow.Context, activity string, message any, summary string) (T, error) {
	var answer T
	quick := workflow.WithLocalActivityOptions(ctx, quickDatabaseWork(summary))
	if err := workflow.ExecuteLocalActivity(quick, activity, message).Get(ctx, &answer); err == nil {
		return answer, nil
	}
	patient := workflow.WithActivityOptions(ctx, patientDatabaseWork(summary))
	err := workflow.ExecuteActivity(patient, activity, message).Get(ctx, &answer)
	return answer, err
}
