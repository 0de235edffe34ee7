package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func handoffURLsCommand() *cobra.Command {
	cmd := pagesCommand((*store.Store).ChangeHandoffURLs)
	cmd.Use, cmd.Short = "handoff-urls", "List, add and remove the pages that links of handoffs may lead to"
	cmd.Flag("add").Usage = "allow this page and all pages below it; may be given more than once"
	cmd.Flag("remove").Usage = "remove this page; may be given more than once"
	return cmd
}

func embedOriginsCommand() *cobra.Command {
	cmd := pagesCommand((*store.Store).ChangeEmbedOrigins)
	cmd.Use, cmd.Short = "embed-origins", "List, add and remove the origins of pages that may show sessions in a frame"
	cmd.Flag("add").Usage = "allow pages of this origin, such as https://shop.example; may be given more than once"
	cmd.Flag("remove").Usage = "remove this origin; may be given more than once"
	return cmd
}

// pagesCommand returns a command that changes a list of an organization's pages and prints the list.
func pagesCommand(
	change func(s *store.Store, ctx context.Context, org, actor string, add, remove []string) ([]models.HandoffURL, error),
) *cobra.Command {
	var org string
	var add, remove []string
	cmd := &cobra.Command{
		Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			allowed, err := change(s, ctx, org, store.ActorCLI, add, remove)
			if err != nil {
				return models.Explain(err)
			}
			for _, page := range allowed {
				cmd.Println(page)
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "the organization's id")
	cmd.Flags().StringArrayVar(&add, "add", nil, "")
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "")
	_ = cmd.MarkFlagRequired("org")
	return cmd
}
