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
	if err := given.faces(&chosen); err != nil {
		return err
	}
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

// faces reads the preferences of the methods that look at faces.
func (in preferencesInput) faces(chosen *graph.Preferences) error {
	rest.Set(&chosen.FaceMatch, in.FaceMatch)
	rest.Set(&chosen.BelowApproveAt, in.BelowApproveAt)
	if in.ApproveAt != nil {
		if *in.ApproveAt == 0 { // to the compiler, absent
			return models.Invalid("preferences.approve_at",
				"preferences.approve_at must be from 1 to %d", graph.HighestApproveAt)
		}
		chosen.ApproveAt = *in.ApproveAt
	}
	if in.MatchBands == nil {
		return nil
	}
	if in.MatchBands.Match == nil {
		return rest.Missing("preferences.match_bands.match")
	}
	chosen.MatchBands = &graph.MatchBands{Match: *in.MatchBands.Match}
	rest.Set(&chosen.MatchBands.Review, in.MatchBands.Review)
	return nil
}
