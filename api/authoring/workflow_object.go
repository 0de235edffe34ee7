package authoring

import (
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/risk"
)

// definitionObject is the definition of a workflow, as drafts and versions show it.
type definitionObject struct {
	Mode          string               `json:"mode"`
	UseCase       *rules.UseCase       `json:"use_case"`
	Jurisdictions []rules.Jurisdiction `json:"jurisdictions"`
	Methods       []rules.Method       `json:"methods"`
	Composition   *string              `json:"composition"` // null in a graph
	Supplementary []rules.Method       `json:"supplementary"`
	Overrides     graph.Overrides      `json:"overrides"`
	Preferences   preferencesObject    `json:"preferences"`
	Graph         *graph.Source        `json:"graph"`
}

// preferencesObject leaves out preferences that are not set. Those of handoffs are shown with their defaults.
type preferencesObject struct {
	LivenessStrategy   string               `json:"liveness_strategy,omitempty"`
	RequireEmailOTP    bool                 `json:"require_email_otp"`
	MaxAttempts        int                  `json:"max_attempts,omitempty"`
	DocumentTypes      []string             `json:"document_types,omitempty"`
	UnreadText         graph.Doubt          `json:"unread_text,omitempty"`
	ScreenPhotographed graph.Doubt          `json:"screen_photographed,omitempty"`
	FaceMatch          graph.FaceMatch      `json:"face_match,omitempty"`
	ApproveAt          int                  `json:"approve_at,omitempty"`
	BelowApproveAt     graph.BelowApproveAt `json:"below_approve_at,omitempty"`
	MatchBands         *graph.MatchBands    `json:"match_bands,omitempty"`
	FileUpload         bool                 `json:"file_upload,omitempty"`
	ProofOfAge         bool                 `json:"proof_of_age,omitempty"`
	Parental           *graph.Parental      `json:"parental,omitempty"`
	Handoff            handoffObject        `json:"handoff"`
	// Signals is left out if it is empty, FlagAt too.
	Signals []risk.Group    `json:"signals,omitempty"`
	FlagAt  rules.RiskLevel `json:"flag_at,omitempty"`
}

type workflowObject struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Name   string `json:"name"`
	definitionObject
	PublishedVersion *int             `json:"published_version"`
	Created          models.Timestamp `json:"created"`
	Updated          models.Timestamp `json:"updated"`
}

type versionObject struct {
	ID         string           `json:"id"`
	Object     string           `json:"object"`
	WorkflowID string           `json:"workflow_id"`
	Version    int              `json:"version"`
	Definition definitionObject `json:"definition"`
	Compiled   graph.Graph      `json:"compiled"`
	Note       *string          `json:"note"`
	Author     *string          `json:"author"`
	Created    models.Timestamp `json:"created"`
}

func showWorkflow(w models.Workflow) workflowObject {
	return workflowObject{
		ID: w.ID, Object: "workflow", Name: w.Name, definitionObject: showDefinition(w.Definition.V),
		PublishedVersion: w.PublishedVersion, Created: w.Created, Updated: w.Updated,
	}
}

func showVersion(v models.WorkflowVersion) versionObject {
	return versionObject{
		ID: v.ID, Object: "workflow_version", WorkflowID: v.WorkflowID, Version: v.Version,
		Definition: showDefinition(v.Definition.V), Compiled: v.Compiled.V, Note: v.Note, Author: v.Author,
		Created: v.Created,
	}
}

// publishedObject is a version as publishing answers it.
type publishedObject struct {
	versionObject
	Warnings []faultObject `json:"warnings"`
}

func showPublished(v models.WorkflowVersion, warnings []graph.Fault) publishedObject {
	return publishedObject{showVersion(v), showFaults(warnings)}
}

func showDefinition(d graph.Definition) definitionObject {
	set := d.Preferences
	d = d.WithDefaults()
	object := definitionObject{
		Mode: d.Mode, Jurisdictions: d.Jurisdictions, Methods: d.Methods,
		Supplementary: d.Supplementary, Overrides: d.Overrides, Graph: d.Graph,
		Preferences: preferencesObject{
			LivenessStrategy: set.LivenessStrategy, RequireEmailOTP: set.RequireEmailOTP,
			MaxAttempts: set.MaxAttempts, DocumentTypes: set.DocumentTypes, FileUpload: set.FileUpload,
			UnreadText: set.UnreadText, ScreenPhotographed: set.ScreenPhotographed,
			FaceMatch: set.FaceMatch, ApproveAt: set.ApproveAt, BelowApproveAt: set.BelowApproveAt,
			MatchBands: set.MatchBands, ProofOfAge: set.ProofOfAge,
			Parental: d.Preferences.Parental,
			Handoff:  showHandoff(set.HandoffOrDefault()), Signals: set.Signals, FlagAt: set.FlagAt,
		},
	}
	if d.UseCase != "" {
		object.UseCase = &d.UseCase
	}
	if d.Composition != "" {
		object.Composition = &d.Composition
	}
	return object
}
