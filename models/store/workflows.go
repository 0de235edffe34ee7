package store

import (
	"context"
	"encoding/json"
	"sync"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// CreateWorkflow stores a draft. A repeat under a reserved id returns the first.
func (s *Store) CreateWorkflow(
	ctx context.Context,
	org, actor, name string,
	d graph.Definition,
) (models.Workflow, error) {
	now := s.Now()
	w := models.Workflow{
		ID: s.NewID(ctx, models.PrefixWorkflow), OrgID: org, Name: name, Definition: models.AsJSON(d),
		Created: now, Updated: now,
	}
	err := s.settle(ctx, func(tx *gorm.DB) error {
		made, err := createOnce(tx, &w)
		if err != nil || !made {
			return err
		}
		return s.audit(tx, org, actor, "workflow.create", w.ID, nil)
	})
	if err != nil {
		return w, err
	}
	return s.Workflow(ctx, org, w.ID)
}

// Workflow reads a draft. Errors: CodeResourceMissing.
func (s *Store) Workflow(ctx context.Context, org, id string) (models.Workflow, error) {
	var w models.Workflow
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", id, org), &w)
	if err != nil || !found {
		return w, orMissing(err, "workflow", id)
	}
	return w, nil
}

// Workflows lists drafts, newest first, up to ListBytes of them.
func (s *Store) Workflows(ctx context.Context, org string, page Page) ([]models.Workflow, bool, error) {
	return listSized[models.Workflow](s, s.read(ctx).Where("org_id = ?", org), "octet_length(definition)", page)
}

// UpdateWorkflow applies edit to the draft and stores it. Concurrent updates are ordered: the later one edits the
// result of the earlier. Errors: CodeResourceMissing, and those of edit.
func (s *Store) UpdateWorkflow(
	ctx context.Context, org, actor, id string, edit func(*models.Workflow) error,
) (models.Workflow, error) {
	var w models.Workflow
	err := s.settle(ctx, func(tx *gorm.DB) error {
		if err := s.lockWorkflow(tx, org, id, &w); err != nil {
			return err
		}
		if err := edit(&w); err != nil {
			return err
		}
		err := tx.Model(&models.Workflow{}).Where("id = ?", id).
			Updates(map[string]any{"name": w.Name, "definition": w.Definition}).Error
		if err != nil {
			return err
		}
		return s.audit(tx, org, actor, "workflow.update", id, nil)
	})
	return w, err
}

// lockWorkflow locks the row for the transaction by writing to it, and then reads it.
func (s *Store) lockWorkflow(tx *gorm.DB, org, id string, w *models.Workflow) error {
	res := tx.Model(&models.Workflow{}).Where("id = ? AND org_id = ?", id, org).Updates(map[string]any{"updated": s.Now()})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return models.Missing("workflow", id)
	}
	_, err := one(tx.Where("id = ?", id), w)
	return err
}

// PublishWorkflow stores the draft as version N+1. compile returns the graph, or the error of an invalid draft.
func (s *Store) PublishWorkflow(
	ctx context.Context, org, actor, id string, note *string, compile func(models.Workflow) (graph.Graph, error),
) (models.WorkflowVersion, error) {
	return s.freeze(ctx, org, actor, id, note, "workflow.publish",
		func(_ *gorm.DB, w models.Workflow, v *models.WorkflowVersion) error {
			compiled, err := compile(w)
			v.Definition, v.Compiled = w.Definition, models.AsJSON(compiled)
			return err
		})
}

// RollbackWorkflow publishes an old version again, as version N+1. It does not change the draft.
func (s *Store) RollbackWorkflow(
	ctx context.Context, org, actor, id string, version int, note *string,
) (models.WorkflowVersion, error) {
	return s.freeze(ctx, org, actor, id, note, "workflow.rollback",
		func(tx *gorm.DB, _ models.Workflow, v *models.WorkflowVersion) error {
			old, err := versionIn(tx, org, id, version)
			v.Definition, v.Compiled = old.Definition, old.Compiled
			return err
		})
}

// freeze stores the next version of a workflow, as fill sets it. A repeat under a reserved id returns the first.
func (s *Store) freeze(
	ctx context.Context, org, actor, id string, note *string, action string,
	fill func(tx *gorm.DB, w models.Workflow, v *models.WorkflowVersion) error,
) (models.WorkflowVersion, error) {
	v := models.WorkflowVersion{
		ID: s.NewID(ctx, models.PrefixWorkflowVersion), OrgID: org, WorkflowID: id, Note: note, Author: &actor,
	}
	err := s.settle(ctx, func(tx *gorm.DB) error {
		var w models.Workflow
		if err := s.lockWorkflow(tx, org, id, &w); err != nil {
			return err
		}
		if found, err := one(tx.Where("id = ?", v.ID), &v); err != nil || found {
			return err
		}
		if err := fill(tx, w, &v); err != nil {
			return err
		}
		v.Version, v.Created = nextVersion(w), s.Now()
		if err := tx.Create(&v).Error; err != nil {
			return err
		}
		err := tx.Model(&models.Workflow{}).Where("id = ?", id).
			Updates(map[string]any{"published_version": v.Version}).Error
		if err != nil {
			return err
		}
		return s.audit(tx, org, actor, action, id, map[string]any{"version": v.Version})
	})
	return v, err
}

func nextVersion(w models.Workflow) int {
	if w.PublishedVersion == nil {
		return 1
	}
	return *w.PublishedVersion + 1
}

// WorkflowVersions lists the versions of a workflow, newest first, up to ListBytes of them.
func (s *Store) WorkflowVersions(
	ctx context.Context,
	org, id string,
	page Page,
) ([]models.WorkflowVersion, bool, error) {
	if _, err := s.Workflow(ctx, org, id); err != nil {
		return nil, false, err
	}
	q := s.read(ctx).Where("org_id = ? AND workflow_id = ?", org, id)
	return listSized[models.WorkflowVersion](s, q, "octet_length(definition) + octet_length(compiled)", page)
}

// WorkflowVersion reads one version. Errors: CodeResourceMissing.
func (s *Store) WorkflowVersion(ctx context.Context, org, id string, version int) (models.WorkflowVersion, error) {
	return versionIn(s.read(ctx), org, id, version)
}

// versionKey identifies a version within its organization.
type versionKey struct {
	org, workflow string
	version       int
}

// SessionPreferences reads the preferences of the session's workflow version.
func (s *Store) SessionPreferences(ctx context.Context, session models.Session) (graph.Preferences, error) {
	key := versionKey{session.OrgID, session.WorkflowID, session.WorkflowVersion}
	if known, found := s.preferences.Get(key); found {
		return known, nil
	}
	v, err := s.WorkflowVersion(ctx, key.org, key.workflow, key.version)
	if err != nil {
		return v.Definition.V.Preferences, err
	}
	s.preferences.Add(key, v.Definition.V.Preferences)
	return v.Definition.V.Preferences, nil
}

func versionIn(tx *gorm.DB, org, id string, version int) (models.WorkflowVersion, error) {
	var v models.WorkflowVersion
	found, err := one(tx.Where("org_id = ? AND workflow_id = ? AND version = ?", org, id, version), &v)
	if err != nil {
		return v, err
	}
	if !found {
		return v, &models.Error{
			Code: models.CodeResourceMissing, Param: "version", Message: "The workflow has no such version",
		}
	}
	return v, nil
}

var versionColumns = sync.OnceValue(func() string { return columnsAs(models.WorkflowVersion{}, "v", "") })

// publishedKey identifies a workflow within its organization.
type publishedKey struct{ org, workflow string }

// KnownPublishedVersion returns the version that PublishedVersion has read last, without the compiled graph. It reads
// the version if there is none, or if its definition is large. Another version may have been published since, which
// CreateSession finds by NewSession.VersionID. The caller must not change the definition, which other callers share.
// Errors: those of PublishedVersion.
func (s *Store) KnownPublishedVersion(ctx context.Context, org, id string) (models.WorkflowVersion, error) {
	if known, found := s.published.Get(publishedKey{org, id}); found {
		return known, nil
	}
	return s.PublishedVersion(ctx, org, id)
}

// PublishedVersion reads the version that new sessions run. Errors: CodeParameterInvalid, the same for an unknown, a
// foreign and an unpublished workflow, so that the answer reveals nothing about another organization.
func (s *Store) PublishedVersion(ctx context.Context, org, id string) (models.WorkflowVersion, error) {
	var v models.WorkflowVersion
	q := s.read(ctx).Table("workflow_versions AS v").Select(versionColumns()).
		Joins("JOIN workflows AS w ON w.id = v.workflow_id AND w.published_version = v.version").
		Where("w.id = ? AND w.org_id = ?", id, org)
	found, err := one(q, &v)
	if err != nil {
		return v, err
	}
	if !found {
		return v, models.Invalid("workflow_id", "No such published workflow: '%s'", id)
	}
	s.keepPublished(v)
	return v, nil
}

// mostKnownDefinition is the greatest length of a definition that is kept in memory, as JSON.
const mostKnownDefinition = 16 << 10

func (s *Store) keepPublished(v models.WorkflowVersion) {
	key := publishedKey{v.OrgID, v.WorkflowID}
	if text, err := json.Marshal(v.Definition); err != nil || len(text) > mostKnownDefinition {
		s.published.Remove(key)
		return
	}
	v.Compiled = models.JSON[graph.Graph]{}
	s.published.Add(key, v)
}

// publishedNow is the id of the published version of a workflow.
const publishedNow = `SELECT v.id FROM workflow_versions AS v
	JOIN workflows AS w ON w.id = v.workflow_id AND w.published_version = v.version WHERE w.id = ? AND w.org_id = ?`

// publishedEndpoint is an enabled endpoint, beside the id of the published version of a workflow.
type publishedEndpoint struct {
	models.WebhookEndpoint
	PublishedVersionID *string
}

var publishedEndpointColumns = sync.OnceValue(func() string { return columnsAs(models.WebhookEndpoint{}, "e", "") })

// receiversOf returns the enabled endpoints of the session's organization. Errors: ErrRepublished.
func receiversOf(tx *gorm.DB, n NewSession) ([]models.WebhookEndpoint, error) {
	if n.VersionID == "" {
		return enabledEndpoints(tx, n.Session.OrgID)
	}
	var rows []publishedEndpoint
	err := tx.Table("webhook_endpoints AS e").
		Select(publishedEndpointColumns()+", ("+publishedNow+") AS published_version_id",
			n.Session.WorkflowID, n.Session.OrgID).
		Where("e.org_id = ? AND e.status = ? AND NOT e.deleted", n.Session.OrgID, models.EndpointEnabled).
		Order("e.created, e.id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		var id string
		if err := tx.Raw(publishedNow, n.Session.WorkflowID, n.Session.OrgID).Scan(&id).Error; err != nil {
			return nil, err
		}
		if id != n.VersionID {
			return nil, ErrRepublished
		}
	}
	endpoints := make([]models.WebhookEndpoint, 0, len(rows))
	for _, row := range rows {
		if orEmpty(row.PublishedVersionID) != n.VersionID {
			return nil, ErrRepublished
		}
		endpoints = append(endpoints, row.WebhookEndpoint)
	}
	return endpoints, nil
}
