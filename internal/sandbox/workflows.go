package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/stile-id/stile/models"
)

// The names of the Trigger's own workflows, which it finds again by them.
const (
	plainWorkflow    = "stile trigger"
	reviewedWorkflow = "stile trigger: review"
)

// workflow returns the id of the published workflow for events of the type.
func (t *Trigger) workflow(ctx context.Context, kind models.EventType) (string, error) {
	if t.Workflow != "" {
		return t.Workflow, nil
	}
	name, definition := plainWorkflow, plain()
	if strings.HasPrefix(string(kind), "session_review.") {
		name, definition = reviewedWorkflow, reviewed()
	}
	type workflow struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Published *int   `json:"published_version"`
	}
	known, _, err := all(ctx, t.Client, "/v1/workflows", url.Values{}, func(w workflow) string { return w.ID })
	if err != nil {
		return "", err
	}
	for _, w := range known {
		if w.Name == name && w.Published != nil {
			return w.ID, nil
		}
	}
	definition["name"], definition["use_case"], definition["jurisdictions"] = name, "social_media", []string{place}
	var made workflow
	if _, err := t.Client.do(ctx, http.MethodPost, "/v1/workflows", t.Client.key, definition, &made); err != nil {
		return "", err
	}
	_, err = t.Client.do(ctx, http.MethodPost, "/v1/workflows/"+made.ID+"/publish", t.Client.key, struct{}{}, nil)
	return made.ID, err
}

// plain is a workflow of one attempt at one method.
func plain() map[string]any {
	return map[string]any{
		"mode": "simple", "methods": []string{"self_attestation"}, "preferences": map[string]any{"max_attempts": 1},
	}
}

// reviewed is a workflow in which a reviewer decides.
func reviewed() map[string]any {
	return map[string]any{"mode": "graph", "graph": map[string]any{"start": "declare", "nodes": map[string]any{
		"declare": map[string]any{
			"kind": "method", "method": "self_attestation", "max_attempts": 1, "pass": "approval", "fail": "no",
		},
		"approval": map[string]any{"kind": "review", "reason": "stile trigger", "pass": "yes", "fail": "no"},
		"yes":      map[string]any{"kind": "verified"},
		"no":       map[string]any{"kind": "failed"},
	}}}
}
