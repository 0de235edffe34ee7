package workflows

import (
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Workflows holds the settings of all runs. They are time limits only, so that a change of a setting cannot change the
// order of commands.
type Workflows struct {
	// WebhookTimeout is how long a receiver may take to answer.
	WebhookTimeout time.Duration
}

// RegisterSessions registers the workflows of QueueSessions.
func (w Workflows) RegisterSessions(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(w.Session, workflow.RegisterOptions{Name: NameSession})
}

// RegisterWebhooks registers the workflows of QueueWebhooks.
func (w Workflows) RegisterWebhooks(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(w.DispatchEvent, workflow.RegisterOptions{Name: NameDispatchEvent})
	r.RegisterWorkflowWithOptions(w.RetryDelivery, workflow.RegisterOptions{Name: NameRetryDelivery})
	r.RegisterWorkflowWithOptions(w.RecoverEndpoint, workflow.RegisterOptions{Name: NameRecovery})
	r.RegisterWorkflowWithOptions(w.RevokeGrants, workflow.RegisterOptions{Name: NameRevokeGrants})
}

// RegisterMail registers the workflow of QueueMail.
func (w Workflows) RegisterMail(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(w.SendMail, workflow.RegisterOptions{Name: NameSendMail})
}
