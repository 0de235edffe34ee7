// Package authoring serves the API of workflows: drafts, versions, validation, simulation and backtest.
package authoring

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// Handlers serves the workflows of merchants. It is safe for concurrent use.
type Handlers struct {
	store    *store.Store
	sessions *sessions.Service
}

// New returns the Handlers.
func New(s *store.Store, useCases *sessions.Service) *Handlers {
	return &Handlers{store: s, sessions: useCases}
}

// Routes returns the routes of workflows: drafts, versions, simulation and backtest.
func (hs *Handlers) Routes() []rest.Route {
	return append([]rest.Route{
		rest.Post("/v1/workflows", rest.ForSecretKey, hs.createWorkflow),
		rest.Get("/v1/workflows", rest.ForSecretKey, hs.listWorkflows, rest.PageQuery()...),
		rest.Get("/v1/workflows/:id", rest.ForSecretKey, hs.getWorkflow),
		rest.Post("/v1/workflows/:id/publish", rest.ForSecretKey, hs.publishWorkflow),
		rest.Post("/v1/workflows/:id/validate", rest.ForSecretKey, hs.validateWorkflow),
		rest.Post("/v1/workflows/:id/rollback", rest.ForSecretKey, hs.rollbackWorkflow),
		rest.Post("/v1/workflows/:id/simulate", rest.ForSecretKey, hs.simulateWorkflow),
		rest.Post("/v1/workflows/:id/backtest", rest.ForSecretKey, hs.backtestWorkflow),
		rest.Get("/v1/workflows/:id/versions", rest.ForSecretKey, hs.listWorkflowVersions, rest.PageQuery()...),
		rest.Get("/v1/workflows/:id/versions/:version", rest.ForSecretKey, hs.getWorkflowVersion),
	}, rest.Updates("/v1/workflows/:id", hs.updateWorkflow)...)
}
