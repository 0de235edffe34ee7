package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/internal/sandbox"
	"github.com/stile-id/stile/models"
)

// secretFile keeps the secret of the command listen in the data folder of stile-dev.
const secretFile = "listen.secret"

// apiFlag adds the flag that names the API.
func apiFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("api", "", "base URL of the API, instead of "+localenv.APIURL)
}

// sandboxClient returns a client of the sandbox with the secret key STILE_API_KEY.
func sandboxClient(settings localenv.Environment, api string) (*sandbox.Client, error) {
	return sandbox.NewClient(cmp.Or(api, settings.Get(localenv.APIURL)), settings.Get(localenv.APIKey))
}

type listenFlags struct {
	forward, secret, secretFile string
	events                      []string
	api                         *string
}

func listenCommand() *cobra.Command {
	var f listenFlags
	cmd := &cobra.Command{
		Use: "listen --forward URL", Short: "Forward the events of a sandbox to a local server", Args: cobra.NoArgs,
		Long: "Asks the API for the events of a sandbox, and posts each to a URL that Stile itself need not reach, with\n" +
			"the headers and the signature of a delivery. A failed attempt is repeated after 1, 5 and 30 seconds. Ctrl-C\n" +
			"ends it. " + localenv.APIURL + " and " + localenv.APIKey + " name the API and the sandbox.\n\n" +
			"Events are signed with --secret, the secret in --secret-file, or " + localenv.WebhookSecret + ". Without any of\n" +
			"them a new secret is printed; beside stile-dev it is kept in its data folder.",
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	cmd.Flags().StringVar(&f.forward, "forward", "", "URL that receives the events, such as http://localhost:3000/webhooks")
	cmd.Flags().StringSliceVar(&f.events, "events", nil, "only these types of events, comma-separated")
	cmd.Flags().StringVar(&f.secret, "secret", "", "secret that signs; other users of the machine may see it in the list "+
		"of processes")
	cmd.Flags().StringVar(&f.secretFile, "secret-file", "",
		"file with the secret that signs, readable only for its owner; it is made if it does not exist")
	f.api = apiFlag(cmd)
	_ = cmd.MarkFlagRequired("forward")
	cmd.MarkFlagsMutuallyExclusive("secret", "secret-file")
	_ = cmd.MarkFlagFilename("secret-file")
	_ = cmd.RegisterFlagCompletionFunc("events", completeTypes(models.EventTypes()))
	return cmd
}

// completeTypes completes the last of comma-separated types of events.
func completeTypes(types []models.EventType) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		before := typed[:strings.LastIndex(typed, ",")+1]
		completions := make([]string, 0, len(types))
		for _, t := range types {
			completions = append(completions, before+string(t))
		}
		return completions, cobra.ShellCompDirectiveNoFileComp
	}
}

func (f listenFlags) run(cmd *cobra.Command) error {
	types, err := sandbox.EventTypes(f.events)
	if err != nil {
		return fmt.Errorf("--events: %w", err)
	}
	if err := sandbox.CheckURL(f.forward); err != nil {
		return err
	}
	settings, err := settingsOf(cmd)
	if err != nil {
		return err
	}
	client, err := sandboxClient(settings, *f.api)
	if err != nil {
		return err
	}
	org, err := client.Organization(cmd.Context())
	if err != nil {
		return err
	}
	secret, origin, err := f.signing(settings)
	if err != nil {
		return err
	}
	l := &sandbox.Listener{Client: client, URL: f.forward, Secret: secret, Types: types, Out: cmd.OutOrStdout()}
	return l.Run(cmd.Context(), func() {
		cmd.Printf("Forwarding the events of %s (%s) at %s to %s\nSigned with %s\n",
			org.Name, org.ID, client.URL(), f.forward, origin)
	})
}

// signing returns the secret that signs, and how to show it: the secret itself if it is new.
func (f listenFlags) signing(settings localenv.Environment) (secret, shown string, err error) {
	path := f.secretFile
	switch {
	case f.secret != "":
		return f.secret, "the secret of --secret", nil
	case path != "":
	case settings.Get(localenv.WebhookSecret) != "":
		return settings.Get(localenv.WebhookSecret),
			localenv.WebhookSecret + " of " + settings.Origin(localenv.WebhookSecret), nil
	case settings.Folder() == "":
		secret = models.NewSecret(models.WebhookSecretPrefix)
		return secret, secret + ", a secret for this run alone; pass it to your server as " + localenv.WebhookSecret, nil
	default:
		path = localenv.Folder{Dir: settings.Folder()}.Path(secretFile)
	}
	return keptSecret(path)
}

// keptSecret returns the secret of a file, which it makes if it does not exist.
func keptSecret(path string) (secret, shown string, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		secret = models.NewSecret(models.WebhookSecretPrefix)
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return "", "", fmt.Errorf("the file of the secret: %w", err)
		}
		_, err = file.WriteString(secret + "\n")
		return secret, secret + ", shown once and kept in " + path + "; pass it to your server as " + localenv.WebhookSecret,
			errors.Join(err, file.Close())
	}
	if err != nil {
		return "", "", fmt.Errorf("the file of the secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", "", fmt.Errorf("%s can be read by other users: chmod 600 %s", path, path)
	}
	content, err := os.ReadFile(path)
	if secret = strings.TrimSpace(string(content)); err == nil && secret == "" {
		err = fmt.Errorf("%s is empty: remove it, and a new secret is made", path)
	}
	return secret, "the secret in " + path, err
}
