package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// brandingFlags are the flags of stile org branding.
type brandingFlags struct {
	org, name, color, logoURL, logoFile string
	clear                               []string
}

// clearable are the values of --clear.
var clearable = []string{"name", "color", "logo"}

func brandingCommand() *cobra.Command {
	var f brandingFlags
	cmd := &cobra.Command{
		Use: "branding", Short: "Show and change the looks of an organization for its users", Args: cobra.NoArgs,
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, _ []string) error {
			change, err := f.change(cmd)
			if err != nil {
				return models.Explain(err)
			}
			org, err := s.ChangeBranding(ctx, f.org, store.ActorCLI, change)
			if err != nil {
				return models.Explain(err)
			}
			printBranding(cmd, org)
			return nil
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.org, "org", "", "the organization's id")
	flags.StringVar(&f.name, "name", "", "the name that users see, instead of the organization's")
	flags.StringVar(&f.color, "color", "", "the colour of buttons, such as #1A7F5A")
	flags.StringVar(&f.logoURL, "logo-url", "", "fetch the logo once from this https URL: PNG, JPEG or WebP up to 256 KiB")
	flags.StringVar(&f.logoFile, "logo-file", "", "read the logo from this file")
	flags.StringArrayVar(&f.clear, "clear", nil, "remove name, color or logo; may be given more than once")
	_ = cmd.MarkFlagRequired("org")
	cmd.MarkFlagsMutuallyExclusive("logo-url", "logo-file")
	return cmd
}

func printBranding(cmd *cobra.Command, org models.Organization) {
	cmd.Println("name  ", org.DisplayName())
	if org.BrandColor != nil {
		text, contrast := models.TextOn(*org.BrandColor)
		cmd.Printf("color  %s, with %s text at a contrast of %.1f:1\n", *org.BrandColor, text, contrast)
	}
	if org.LogoDigest != nil {
		cmd.Println("logo  ", *org.LogoDigest)
	}
}

// change reads the flags, and the logo that they name.
func (f brandingFlags) change(cmd *cobra.Command) (c store.BrandingChange, err error) {
	for _, name := range f.clear {
		if !slices.Contains(clearable, name) {
			return c, fmt.Errorf("--clear must be one of %s, not %q", models.Listed(clearable), name)
		}
		if cmd.Flags().Changed(name) || name == "logo" && f.logoURL+f.logoFile != "" {
			return c, fmt.Errorf("--clear %s removes what another flag sets", name)
		}
	}
	c.ClearName, c.ClearColor = slices.Contains(f.clear, "name"), slices.Contains(f.clear, "color")
	c.ClearLogo = slices.Contains(f.clear, "logo")
	if cmd.Flags().Changed("name") {
		c.Name = &f.name
	}
	if cmd.Flags().Changed("color") {
		c.Color = &f.color
	}
	switch {
	case f.logoURL != "":
		c.Logo, err = fetchLogo(cmd, f.logoURL)
	case f.logoFile != "":
		c.Logo, err = readLogo(f.logoFile)
	}
	return c, err
}

func readLogo(path string) (*models.Logo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--logo-file: %w", err)
	}
	defer func() { _ = file.Close() }()
	return logoFrom("--logo-file", file)
}

// logoFrom reads one byte more than a logo may have, so that a larger one is noticed.
func logoFrom(flag string, r io.Reader) (*models.Logo, error) {
	content, err := io.ReadAll(io.LimitReader(r, models.LongestLogo+1))
	if err != nil {
		return nil, fmt.Errorf("%s: the logo cannot be read: %w", flag, err)
	}
	logo, err := models.ParseLogo(flag, content)
	return &logo, err
}

// fetchWithin is the time for the whole answer.
const fetchWithin = 30 * time.Second

// fetchLogo fetches a logo from the public Internet, or from an address of STILE_EGRESS_ALLOW.
func fetchLogo(cmd *cobra.Command, address string) (*models.Logo, error) {
	const flag = "--logo-url"
	c, err := readConfig(cmd)
	if err != nil {
		return nil, err
	}
	parsed, err := models.ParseWebURL(flag, address)
	if err != nil {
		return nil, err
	}
	if parsed.Scheme != "https" {
		return nil, models.Invalid(flag, "%s must be an https URL", flag)
	}
	request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	request.Header.Set("User-Agent", outbound.UserAgent)
	return logoOf(outbound.NewClient(fetchWithin, outbound.Policy{Allow: c.EgressAllow, Proxy: c.EgressProxy}), request)
}

func logoOf(client *http.Client, request *http.Request) (*models.Logo, error) {
	const flag = "--logo-url"
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", flag, outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the server answered %d; redirects are not followed", flag, response.StatusCode)
	}
	return logoFrom(flag, response.Body)
}
