package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models/store"
)

func encryptionKeyCommand() *cobra.Command {
	key := &cobra.Command{
		Use: "encryption-key", Aliases: []string{"keys"},
		Short: "List the encryption keys in use, seal values under a new one, and retire a key",
	}
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
	rotate := &cobra.Command{
		Use: "rotate", Short: "Seal every value under the first key, while processes run", Args: cobra.NoArgs,
		Long: "Seals every value under the first of STILE_ENCRYPTION_KEYS, in short transactions, while processes run,\n" +
			"and says which keys may be retired. Every process must have that key first before. The command may be\n" +
			"interrupted and repeated.",
		RunE: withStore(rotateKeys),
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
	key.AddCommand(list, rotate, retire)
	return key
}

// rotateKeys seals all values under the first key, and reports which keys may be retired.
func rotateKeys(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
	sealed := map[string]int{}
	err := s.Across().Reseal(ctx, func(table string, values int) { sealed[table] += values })
	for _, table := range slices.Sorted(maps.Keys(sealed)) {
		cmd.Println("sealed anew:", sealed[table], "in", table)
	}
	if err != nil {
		return fmt.Errorf("%w (what is sealed anew stays so; run the command again after mending the fault)", err)
	}
	uses, err := s.Across().EncryptionKeys(ctx)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(byKey(uses))) {
		cmd.Println(stateOfKey(id, byKey(uses)[id], id == s.SealsUnder()))
	}
	return nil
}

func byKey(uses []store.KeyUse) map[string][]store.KeyUse {
	keys := map[string][]store.KeyUse{}
	for _, use := range uses {
		keys[use.KeyID] = append(keys[use.KeyID], use)
	}
	return keys
}

// stateOfKey tells what is left under a key after a rotation.
func stateOfKey(id string, uses []store.KeyUse, first bool) string {
	if first {
		return id + " seals every value from now on"
	}
	var fading, left int64
	for _, use := range uses {
		if use.Fades {
			fading += use.Rows
			continue
		}
		left += use.Rows
	}
	switch {
	case left > 0:
		return fmt.Sprintf("%s has %d values again: a process still has it in front of STILE_ENCRYPTION_KEYS", id, left)
	case fading > 0:
		return fmt.Sprintf("%s has %d values that are deleted within %s; then run: stile encryption-key retire %s",
			id, fading, store.IdempotencyTTL, id)
	default:
		return id + " may go: run stile encryption-key retire " + id
	}
}
