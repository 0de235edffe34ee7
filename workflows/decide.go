package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// decide runs an activity that reads the rows of Stile and may change them. It runs it as a local activity first and,
// if that fails for five seconds, as a regular one without a limit. It returns an error only if the run is being
// cancelled.
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
