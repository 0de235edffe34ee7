package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/workflows"
)

func migrateCommand() *cobra.Command {
	var databaseOnly bool
	var role string
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the database schema and Temporal's search attributes up to date", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			if err := s.Migrate(ctx); err != nil {
				return err
			}
			if err := s.ProveKeys(ctx); err != nil {
				return err
			}
			cmd.Println("database: up to date")
			if err := grantService(ctx, s, cmd, role); err != nil {
				return err
			}
			if databaseOnly {
				return nil
			}
			if err := registerSearchAttributes(cmd); err != nil {
				return err
			}
			cmd.Println("search attributes: registered")
			return nil
		}),
	}
	cmd.Flags().BoolVar(&databaseOnly, "database-only", false, "leave Temporal alone")
	cmd.Flags().StringVar(&role, "grant", "",
		"let this PostgreSQL role run the other commands, without reading the hashes by which persons are found")
	return cmd
}

// grantService grants the role the rights of the service, unless it is "".
func grantService(ctx context.Context, s *store.Store, cmd *cobra.Command, role string) error {
	if role == "" {
		return nil
	}
	if err := s.GrantService(ctx, role); err != nil {
		return fmt.Errorf("--grant: %w", err)
	}
	cmd.Println("role", role+": may run the service")
	return nil
}

func registerSearchAttributes(cmd *cobra.Command) error {
	c, err := readConfig(cmd)
	if err != nil {
		return err
	}
	temporal, err := app.DialTemporal(c, app.NewLogger("error"), app.TemporalOptions{})
	if err != nil {
		return err
	}
	defer temporal.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
	defer cancel()
	return app.RegisterSearchAttributes(ctx, temporal, c.TemporalNamespace, workflows.SearchAttributes())
}

func orgCommand() *cobra.Command {
	org := &cobra.Command{Use: "org", Short: "Manage organizations"}
	var o models.Organization
	create := &cobra.Command{
		Use: "create", Short: "Create an organization with a secret and a publishable key", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			created, err := s.Across().CreateOrganization(ctx, o)
			if err != nil {
				return err
			}
			cmd.Println("organization    ", created.ID)
			for _, kind := range []models.KeyKind{models.SecretKey, models.PublishableKey} {
				_, secret, err := s.CreateKey(ctx, created.ID, store.ActorCLI, kind)
				if err != nil {
					return err
				}
				cmd.Printf("%-16s %s\n", string(kind)+" key", secret)
			}
			return nil
		}),
	}
	create.Flags().StringVar(&o.Name, "name", "", "name that its users see")
	create.Flags().BoolVar(
		&o.Sandbox,
		"sandbox",
		false,
		"for testing: simulated outcomes, a monthly quota, http receivers",
	)
	create.Flags().BoolVar(&o.PublishableCreateBlocked, "block-publishable-create", false,
		"refuse sessions created with a publishable key")
	_ = create.MarkFlagRequired("name")
	org.AddCommand(create, handoffURLsCommand(), embedOriginsCommand(), brandingCommand())
	return org
}

func keyCommand() *cobra.Command {
	key := &cobra.Command{Use: "key", Short: "Manage API keys"}
	var org string
	key.PersistentFlags().StringVar(&org, "org", "", "the organization's id")
	_ = key.MarkPersistentFlagRequired("org")
	key.AddCommand(createKeyCommand(&org), revokeKeyCommand(&org), listKeysCommand(&org))
	return key
}

func createKeyCommand(org *string) *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use: "create", Short: "Create a key; its secret is shown once", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			if kind != string(models.SecretKey) && kind != string(models.PublishableKey) {
				return fmt.Errorf("--type must be secret or publishable, not %q", kind)
			}
			key, secret, err := s.CreateKey(ctx, *org, store.ActorCLI, models.KeyKind(kind))
			if err != nil {
				return models.Explain(err)
			}
			cmd.Println(key.ID, secret)
			return nil
		}),
	}
	cmd.Flags().StringVar(&kind, "type", string(models.SecretKey), "secret or publishable")
	return cmd
}

func revokeKeyCommand(org *string) *cobra.Command {
	var graceSeconds int
	cmd := &cobra.Command{
		Use: "revoke KEY_ID", Short: "Revoke a key, at once or after a grace period", Args: cobra.ExactArgs(1),
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error {
			if graceSeconds < 0 {
				return fmt.Errorf("--grace-seconds must not be negative")
			}
			key, err := s.RevokeKey(ctx, *org, store.ActorCLI, args[0], time.Duration(graceSeconds)*time.Second)
			if err != nil {
				return models.Explain(err)
			}
			cmd.Println(key.ID, "stops working at", key.RevokedAt.Format(time.RFC3339))
			return nil
		}),
	}
	cmd.Flags().IntVar(&graceSeconds, "grace-seconds", 0, "how long the key keeps working")
	return cmd
}

func listKeysCommand(org *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List keys, newest first", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			for page := (store.Page{Limit: 100}); ; {
				keys, more, err := s.Keys(ctx, *org, page)
				if err != nil {
					return models.Explain(err)
				}
				for _, key := range keys {
					cmd.Println(keyLine(key, s.Now()))
				}
				if !more {
					return nil
				}
				page.StartingAfter = keys[len(keys)-1].ID
			}
		}),
	}
}

func keyLine(k models.APIKey, now models.Timestamp) string {
	state := "valid"
	switch {
	case !k.ValidAt(now.Time):
		state = "revoked"
	case k.RevokedAt != nil:
		state = "valid until " + k.RevokedAt.Format(time.RFC3339)
	}
	return fmt.Sprintf("%s  %-11s  %s…%s  %s  %s",
		k.ID, k.Kind, k.Kind.Prefix(), k.Hint, k.Created.Format(time.RFC3339), state)
}

func generateKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "generate-key", Short: "Print a fresh key for STILE_ENCRYPTION_KEYS or STILE_LOOKUP_KEY", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { cmd.Println(seal.GenerateKey()) },
	}
}
