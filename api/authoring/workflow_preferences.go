package authoring

import (
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// applyPreferences replaces the preferences as a whole. The compiler checks their values.
func (in workflowInput) applyPreferences(d *graph.Definition) error {
	if in.Preferences == nil {
		return nil
	}
	given := in.Preferences
	chosen := graph.Preferences{DocumentTypes: given.DocumentTypes, Signals: given.Signals}
	rest.Set(&chosen.FlagAt, given.FlagAt)
	rest.Set(&chosen.LivenessStrategy, given.LivenessStrategy)
	rest.Set(&chosen.RequireEmailOTP, given.RequireEmailOTP)
	rest.Set(&chosen.UnreadText, given.UnreadText)
	rest.Set(&chosen.ScreenPhotographed, given.ScreenPhotographed)
	rest.Set(&chosen.FileUpload, given.FileUpload)
	rest.Set(&chosen.ProofOfAge, given.ProofOfAge)
	if given.Parental != nil {
		chosen.Parental = &graph.Parental{Methods: given.Parental.Methods}
	}
	if given.MaxAttempts != nil {
		if *given.MaxAttempts == 0 { // to the compiler, absent
			return models.Invalid("preferences.max_attempts",
				"preferences.max_attempts must be from 1 to %d", graph.HighestMaxAttempts)
		}
		chosen.MaxAttempts = *given.MaxAttempts
	}
	if err := given.Handoff.apply(&chosen); err != nil {
		return err
	}
	_, faults := graph.Compile(graph.Definition{Preferences: chosen})
	for _, fault := range faults {
		if strings.HasPrefix(fault.Field, "preferences.") {
			return models.Invalid(fault.Field, "%s", models.Clip(fault.String(), rest.LongestPath))
		}
	}
	d.Preferences = chosen
	return nil
}
