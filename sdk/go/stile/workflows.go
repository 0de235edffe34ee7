package stile

import (
	"context"
	"iter"
	"strconv"
)

// Workflows writes, tries and publishes workflows. Addition.
type Workflows struct{ transport *transport }

// Create makes a draft. No session can use it before it is published.
func (r Workflows) Create(ctx context.Context, params WorkflowCreateParams, options ...Option) (*Workflow, error) {
	return send[Workflow](ctx, r.transport, post("/v1/workflows").having(params), options)
}

// Retrieve returns the draft of a workflow, which may be ahead of the published version.
func (r Workflows) Retrieve(ctx context.Context, id string, options ...Option) (*Workflow, error) {
	return send[Workflow](ctx, r.transport, get("/v1/workflows/{id}", id), options)
}

// Update changes the draft of a workflow.
func (r Workflows) Update(
	ctx context.Context, id string, params WorkflowUpdateParams, options ...Option,
) (*Workflow, error) {
	return send[Workflow](ctx, r.transport, post("/v1/workflows/{id}", id).having(params), options)
}

// List returns a page of the workflows.
func (r Workflows) List(ctx context.Context, params WorkflowListParams, options ...Option) (*WorkflowList, error) {
	return send[WorkflowList](ctx, r.transport, get("/v1/workflows").with(params), options)
}

// All returns all workflows, page after page.
func (r Workflows) All(
	ctx context.Context, params WorkflowListParams, options ...Option,
) iter.Seq2[*Workflow, error] {
	return all[Workflow](ctx, r.transport, get("/v1/workflows").with(params), options)
}

// Publish makes the draft a version, which new sessions run.
func (r Workflows) Publish(
	ctx context.Context, id string, params WorkflowPublishParams, options ...Option,
) (*WorkflowVersion, error) {
	return send[WorkflowVersion](ctx, r.transport, post("/v1/workflows/{id}/publish", id).having(params), options)
}

// Validate returns the faults of the draft.
func (r Workflows) Validate(ctx context.Context, id string, options ...Option) (*WorkflowValidation, error) {
	return send[WorkflowValidation](ctx, r.transport, post("/v1/workflows/{id}/validate", id), options)
}

// Rollback publishes an earlier version again.
func (r Workflows) Rollback(
	ctx context.Context, id string, params WorkflowRollbackParams, options ...Option,
) (*WorkflowVersion, error) {
	return send[WorkflowVersion](ctx, r.transport, post("/v1/workflows/{id}/rollback", id).having(params), options)
}

// Simulate runs the draft, or a version, on invented results.
func (r Workflows) Simulate(
	ctx context.Context, id string, params WorkflowSimulateParams, options ...Option,
) (*WorkflowSimulation, error) {
	return send[WorkflowSimulation](ctx, r.transport, post("/v1/workflows/{id}/simulate", id).having(params), options)
}

// Backtest runs the draft, or a version, on the results of earlier sessions, and returns the sessions that would have
// ended otherwise.
func (r Workflows) Backtest(
	ctx context.Context, id string, params WorkflowBacktestParams, options ...Option,
) (*WorkflowBacktestReport, error) {
	c := post("/v1/workflows/{id}/backtest", id).having(params)
	return send[WorkflowBacktestReport](ctx, r.transport, c, options)
}

// RetrieveVersion returns a published version.
func (r Workflows) RetrieveVersion(
	ctx context.Context, id string, version int, options ...Option,
) (*WorkflowVersion, error) {
	c := get("/v1/workflows/{id}/versions/{version}", id, strconv.Itoa(version))
	return send[WorkflowVersion](ctx, r.transport, c, options)
}

// ListVersions returns a page of the published versions of a workflow.
func (r Workflows) ListVersions(
	ctx context.Context, id string, params WorkflowVersionListParams, options ...Option,
) (*WorkflowVersionList, error) {
	return send[WorkflowVersionList](ctx, r.transport, get("/v1/workflows/{id}/versions", id).with(params), options)
}

// AllVersions returns all published versions of a workflow, page after page.
func (r Workflows) AllVersions(
	ctx context.Context, id string, params WorkflowVersionListParams, options ...Option,
) iter.Seq2[*WorkflowVersion, error] {
	return all[WorkflowVersion](ctx, r.transport, get("/v1/workflows/{id}/versions", id).with(params), options)
}
