package workflows

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/stile-id/stile/models"
)

// The search attributes by which operators find runs.
var (
	searchOrg          = temporal.NewSearchAttributeKeyKeyword("StileOrg")
	searchWorkflow     = temporal.NewSearchAttributeKeyKeyword("StileWorkflow")
	searchStatus       = temporal.NewSearchAttributeKeyKeyword("StileStatus")
	searchReview       = temporal.NewSearchAttributeKeyKeyword("StileReview")
	searchJurisdiction = temporal.NewSearchAttributeKeyKeyword("StileJurisdiction")
)

// SearchAttributes are what a namespace must know before a session can start in it.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, key := range []temporal.SearchAttributeKeyKeyword{
		searchOrg, searchWorkflow, searchStatus, searchReview, searchJurisdiction,
	} {
		attributes[key.GetName()] = key.GetValueType()
	}
	return attributes
}

// SessionSearchAttributes are those that a session starts with.
func SessionSearchAttributes(s models.Session) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		searchOrg.ValueSet(s.OrgID), searchWorkflow.ValueSet(s.WorkflowID),
		searchStatus.ValueSet(string(s.Status)), searchJurisdiction.ValueSet(string(s.Jurisdiction)),
	)
}
