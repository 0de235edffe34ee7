package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// decide runs an activity that reads the rows of Stile and may change them. It runs it as a local activity first and,
// if that fails for five seconds, as a regular one without a limit. It returns an error only if the run is being
// cancelled.
func decide[T any](ctx workflow.Context, activity string, message any, summary string) (T, error) {
	if answer, err := decideQuickly[T](ctx, activity, message, summary); err == nil {
		return answer, nil
	}
	return decidePatiently[T](ctx, activity, message, summary)
}

func decideQuickly[T any](ctx workflow.Context, activity string, message any, summary string) (answer T, err error) {
	ctx = workflow.WithLocalActivityOptions(ctx, quickDatabaseWork(summary))
	err = workflow.ExecuteLocalActivity(ctx, activity, message).Get(ctx, &answer)
	return answer, err
}

func decidePatiently[T any](ctx workflow.Context, activity string, message any, summary string) (answer T, err error) {
	ctx = workflow.WithActivityOptions(ctx, patientDatabaseWork(summary))
	err = workflow.ExecuteActivity(ctx, activity, message).Get(ctx, &answer)
	return answer, err
}
