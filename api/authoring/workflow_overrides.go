package authoring

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// applyOverrides replaces the overrides as a whole.
func (in workflowInput) applyOverrides(d *graph.Definition) error {
	if in.Overrides == nil {
		return nil
	}
	if len(in.Overrides) > graph.MostJurisdictions {
		return models.Invalid("overrides", "overrides must not have more than %d entries", graph.MostJurisdictions)
	}
	overrides := graph.Overrides{}
	for _, place := range slices.Sorted(maps.Keys(in.Overrides)) {
		given, path := in.Overrides[place], "overrides."+models.Clip(place, rest.LongestPath)
		if given == nil {
			continue
		}
		jurisdiction, ok := rules.ParseJurisdiction(place)
		if !ok {
			return models.Invalid(path, "%s is not keyed by an ISO 3166 country or subdivision", path)
		}
		if slices.ContainsFunc(overrides, func(o graph.Override) bool { return o.Jurisdiction == jurisdiction }) {
			return models.Invalid(path, "%s appears more than once", path)
		}
		override := graph.Override{Jurisdiction: jurisdiction}
		err := cmp.Or(
			applyAll(&override.Add, path+".add", given.Add, methodCount, rules.ParseMethod),
			applyAll(&override.Remove, path+".remove", given.Remove, methodCount, rules.ParseMethod),
		)
		if err != nil {
			return err
		}
		overrides = append(overrides, override)
	}
	d.Overrides = overrides
	return nil
}
