package workflows

import (
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Workflows carries what all runs share. It configures how long things may take, never what happens.
type Workflows struct {
	// WebhookTimeout is how long a receiver may take to answer.
	WebhookTimeout time.Duration
}

// RegisterSessions registers what runs on QueueSessions.
func (w Workflows) RegisterSessions(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(w.Session, workflow.RegisterOptions{Name: NameSession})
}

// RegisterWebhooks registers what runs on QueueWebhooks.
func (w Workflows) RegisterWebhooks(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(w.DispatchEvent, workflow.RegisterOptions{Name: NameDispatchEvent})
	r.RegisterWorkflowWithOptions(w.RetryDelivery, workflow.RegisterOptions{Name: NameRetryDelivery})
	r.RegisterWorkflowWithOptions(w.RecoverEndpoint, workflow.RegisterOptions{Name: NameRecovery})
}
