package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func signingKeyCommand() *cobra.Command {
	key := &cobra.Command{
		Use: "signing-key", Short: "List, rotate and remove the keys that sign client secrets and VP tokens",
	}
	list := &cobra.Command{
		Use: "list", Short: "List the keys, newest first: the first signs, all verify", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			keys, err := s.Across().SigningKeys(ctx)
			for _, key := range keys {
				cmd.Println(key.ID, key.Created.ISO())
			}
			return err
		}),
	}
	rotate := &cobra.Command{
		Use: "rotate", Short: "Add a key: processes sign with it within a minute", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			id, err := s.Across().RotateSigningKey(ctx)
			if err == nil {
				cmd.Println(id, "signs within a minute; the earlier keys verify as before")
			}
			return err
		}),
	}
	remove := &cobra.Command{
		Use: "remove ID", Short: "Remove a key that leaked: nothing under it is accepted any more", Args: cobra.ExactArgs(1),
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error {
			if err := s.Across().RemoveSigningKey(ctx, args[0]); err != nil {
				return models.Explain(err)
			}
			cmd.Println(args[0], "is removed: within a minute no client secret and no VP token under it is accepted")
			return nil
		}),
	}
	key.AddCommand(list, rotate, remove)
	return key
}
