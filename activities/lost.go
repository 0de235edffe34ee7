package activities

import (
	"go.temporal.io/sdk/temporal"

	"github.com/stile-id/stile/models"
)

// unlessLost returns err, or an error that ends the activity if err has the code of a missing row, without which the
// run has no work: the database was restored to a time before the run began. The run then fails and does not repeat
// the activity without end. If the row returns, a signal or the sweep starts another run.
func unlessLost(err error, missing models.ErrorCode) error {
	if err == nil || models.CodeOf(err) != missing {
		return err
	}
	return temporal.NewNonRetryableApplicationError(err.Error()+"; the database was restored to an earlier time",
		string(missing), err)
}
