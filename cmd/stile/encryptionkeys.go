package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models/store"
)

func encryptionKeyCommand() *cobra.Command {
	key := &cobra.Command{Use: "encryption-key", Short: "List the encryption keys in use, and retire a key"}
	list := &cobra.Command{
		Use: "list", Short: "Count the values under each key, by table", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			uses, err := s.Across().EncryptionKeys(ctx)
			if err != nil {
				return err
			}
			for _, use := range uses {
				if use.Rows == 0 {
					cmd.Println(use.KeyID, "nothing is sealed under it")
					continue
				}
				cmd.Println(use.KeyID, use.Table, use.Rows)
			}
			return nil
		}),
	}
	retire := &cobra.Command{
		Use: "retire ID", Short: "Let processes start without a key, if nothing is sealed under it", Args: cobra.ExactArgs(1),
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error {
			if err := s.Across().RetireKey(ctx, args[0]); err != nil {
				return err
			}
			cmd.Println(args[0], "is retired: take it out of STILE_ENCRYPTION_KEYS everywhere")
			return nil
		}),
	}
	key.AddCommand(list, retire)
	return key
}
