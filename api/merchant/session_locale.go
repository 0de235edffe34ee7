package merchant

import "github.com/stile-id/stile/api/rest"

// readLocale checks the user's language and brings it into its canonical form.
func (in *sessionInput) readLocale() error {
	if in.Locale == nil {
		return nil
	}
	canonical, err := rest.ParseLocale("locale", *in.Locale)
	in.Locale = &canonical
	return err
}
