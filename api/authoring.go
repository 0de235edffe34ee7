package api

import (
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// authoringHandlers serves the workflows of merchants. It is safe for concurrent use.
type authoringHandlers struct {
	store    *store.Store
	sessions *sessions.Service
}

// newAuthoring returns the Handlers.
func newAuthoring(s *store.Store, useCases *sessions.Service) *authoringHandlers {
	return &authoringHandlers{store: s, sessions: useCases}
}

// Routes returns the routes of workflows: drafts, versions, simulation and backtest.
func (hs *authoringHandlers) Routes() []route {
	return append([]route{
		postRoute("/v1/workflows", forSecretKey, hs.createWorkflow),
		getRoute("/v1/workflows", forSecretKey, hs.listWorkflows, pageQuery()...),
		getRoute("/v1/workflows/:id", forSecretKey, hs.getWorkflow),
		postRoute("/v1/workflows/:id/publish", forSecretKey, hs.publishWorkflow),
		postRoute("/v1/workflows/:id/validate", forSecretKey, hs.validateWorkflow),
		postRoute("/v1/workflows/:id/rollback", forSecretKey, hs.rollbackWorkflow),
		postRoute("/v1/workflows/:id/simulate", forSecretKey, hs.simulateWorkflow),
		postRoute("/v1/workflows/:id/backtest", forSecretKey, hs.backtestWorkflow),
		getRoute("/v1/workflows/:id/versions", forSecretKey, hs.listWorkflowVersions, pageQuery()...),
		getRoute("/v1/workflows/:id/versions/:version", forSecretKey, hs.getWorkflowVersion),
	}, updates("/v1/workflows/:id", hs.updateWorkflow)...)
}
