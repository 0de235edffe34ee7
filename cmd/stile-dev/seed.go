package main

import (
	"context"
	"fmt"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// credentials are the ids and keys of a seeded organization.
type credentials struct {
	Org            string `json:"org"`
	SecretKey      string `json:"secret_key"`
	PublishableKey string `json:"publishable_key"`
	Workflow       string `json:"workflow"`
}

type seeded struct {
	Sandbox credentials `json:"sandbox"`
	Live    credentials `json:"live"`
}

const credentialsFile = "credentials.json"

// seed creates a sandbox and a live organization at the first run and returns the same ones at later runs. The
// database keeps only hashes of keys, so the folder stores the keys.
func seed(ctx context.Context, s *store.Store, f *folder) (seeded, error) {
	var known seeded
	found, err := f.Load(credentialsFile, &known)
	if err != nil {
		return known, err
	}
	if found {
		_, err := s.Across().Authenticate(ctx, store.HashKey(known.Sandbox.SecretKey))
		if models.CodeOf(err) != models.CodeAPIKeyInvalid {
			return known, err
		}
		// The folder is now used with another database, which is seeded anew.
	}
	if known.Sandbox, err = seedOrganization(ctx, s, "Sandbox Shop", true); err != nil {
		return known, err
	}
	if known.Live, err = seedOrganization(ctx, s, "Live Shop", false); err != nil {
		return known, err
	}
	return known, f.Save(credentialsFile, known)
}

func seedOrganization(ctx context.Context, s *store.Store, name string, sandbox bool) (credentials, error) {
	org, err := s.Across().CreateOrganization(ctx, models.Organization{Name: name, Sandbox: sandbox})
	if err != nil {
		return credentials{}, err
	}
	c := credentials{Org: org.ID}
	if _, c.SecretKey, err = s.CreateKey(ctx, org.ID, store.ActorCLI, models.SecretKey); err != nil {
		return c, err
	}
	if _, c.PublishableKey, err = s.CreateKey(ctx, org.ID, store.ActorCLI, models.PublishableKey); err != nil {
		return c, err
	}
	c.Workflow, err = seedWorkflow(ctx, s, org.ID)
	return c, err
}

func seedWorkflow(ctx context.Context, s *store.Store, org string) (string, error) {
	definition := graph.Definition{
		UseCase: rules.UseCaseSocialMedia, Jurisdictions: []rules.Jurisdiction{"US"},
		Methods: []rules.Method{rules.MethodSelfAttestation, rules.MethodDocumentCapture}, Composition: graph.AnyOf,
	}.WithDefaults()
	workflow, err := s.CreateWorkflow(ctx, org, store.ActorCLI, "Social media", definition)
	if err != nil {
		return "", err
	}
	_, err = s.PublishWorkflow(ctx, org, store.ActorCLI, workflow.ID, nil, func(w models.Workflow) (graph.Graph, error) {
		compiled, faults := graph.Compile(w.Definition.V)
		if len(faults) > 0 {
			return compiled, fmt.Errorf("the seeded workflow does not compile: %v", faults)
		}
		return compiled, nil
	})
	return workflow.ID, err
}
