package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// SendMail has a mail sent. Its workflow id is the mail's id. The row decides whether the mail is sent, refused or
// given up, so the activity is repeated until the row has a final status.
func (w Workflows) SendMail(ctx workflow.Context, mail models.MailRef) error {
	ctx = workflow.WithActivityOptions(ctx, sending())
	return workflow.ExecuteActivity(ctx, models.ActivitySendMail, mail).Get(ctx, nil)
}
