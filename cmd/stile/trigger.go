package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/internal/sandbox"
	"github.com/stile-id/stile/models"
)

func triggerCommand() *cobra.Command {
	var t sandbox.Trigger
	var list bool
	cmd := &cobra.Command{
		Use: "trigger EVENT_TYPE", Short: "Make an event in a sandbox, by playing a session that fires it",
		Args: cobra.MaximumNArgs(1),
		Long: "Creates a session in a sandbox and simulates the user, the merchant and the reviewer until the event of\n" +
			"the type occurs. The event is real: endpoints get it, and so does stile listen. The session runs on a workflow\n" +
			"that the command makes once, or on that of --workflow. It counts towards the sandbox's monthly quota.\n" +
			localenv.APIURL + " and " + localenv.APIKey + " name the API and the sandbox.",
		ValidArgsFunction: completeTypes(sandbox.MadeTypes()),
	}
	api := apiFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if list {
			for _, kind := range sandbox.MadeTypes() {
				cmd.Println(kind)
			}
			return nil
		}
		if len(args) == 0 {
			return errors.New("name a type of event: " + models.Listed(sandbox.MadeTypes()))
		}
		return trigger(cmd, t, models.EventType(args[0]), *api)
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the types of events that can be made")
	cmd.Flags().StringVar(&t.Workflow, "workflow", "", "id of a published workflow to play instead")
	cmd.Flags().StringVar(&t.Jurisdiction, "jurisdiction", "", "jurisdiction of the session, US unless given")
	return cmd
}

func trigger(cmd *cobra.Command, t sandbox.Trigger, kind models.EventType, api string) error {
	settings, err := settingsOf(cmd)
	if err != nil {
		return err
	}
	if t.Client, err = sandboxClient(settings, api); err != nil {
		return err
	}
	if _, err := t.Client.Organization(cmd.Context()); err != nil {
		return err
	}
	made, err := t.Make(cmd.Context(), kind)
	if err != nil {
		return err
	}
	cmd.Println(made.Event.Type, made.Event.ID, "of session", made.Session)
	return nil
}
