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

// SearchAttributes returns the search attributes that a namespace must have before a session can start in it.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, key := range []temporal.SearchAttributeKeyKeyword{
		searchOrg, searchWorkflow, searchStatus, searchReview, searchJurisdiction,
	} {
		attributes[key.GetName()] = key.GetValueType()
	}
	return attributes
}

// SessionSearchAttributes returns the search attributes with which the run of s starts.
func SessionSearchAttributes(s models.Session) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		searchOrg.ValueSet(s.OrgID), searchWorkflow.ValueSet(s.WorkflowID),
		searchStatus.ValueSet(string(s.Status)), searchJurisdiction.ValueSet(string(s.Jurisdiction)),
	)
}
