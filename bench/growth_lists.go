package main

import (
	"context"
	"fmt"
)

// grownList is a list with its queries.
type grownList struct {
	name, path string
	// table holds its rows, by is their order, where their condition.
	table, by, where string
	// filters are values of each filter: one that many rows match, one that few match, and one that none match.
	filters [][]string
}

const (
	ofOrg      = "org_id = $1 AND $2 <> '' AND $3 <> ''"
	ofEndpoint = "org_id = $1 AND endpoint_id = $2 AND $3 <> ''"
	ofWorkflow = "org_id = $1 AND $2 <> '' AND workflow_id = $3"
)

// grownLists are all lists of the API.
var grownLists = []grownList{
	{"sessions", "/v1/verification_sessions", "sessions", "created", ofOrg, [][]string{
		{"status=verified", "status=pending", "status=requires_input"},
		{"workflow_id=wf_main", "workflow_id=wf_few", "workflow_id=wf_none"},
		{"client_reference_id=guest", "client_reference_id=user_7", "client_reference_id=nobody"},
		{"review=approved", "review=pending", "review=escalated"},
		{"created[gte]=HALF", "created[lte]=HALF"},
	}},
	{"reviews", "/v1/reviews", "sessions", "review_flagged_at", ofOrg + " AND review_flagged_at IS NOT NULL", [][]string{
		{"status=approved", "status=rejected", "status=escalated"},
		{"workflow_id=wf_main", "workflow_id=wf_none"},
		{"jurisdiction=US", "jurisdiction=JP"},
		{"reviewer=jo", "reviewer=nobody"},
		{"flagged[gte]=HALF", "flagged[lte]=HALF"},
	}},
	{"events", "/v1/events", "events", "created", ofOrg, [][]string{
		{"type=verification_session.verified", "type=verification_session.failed", "type=trust_reuse_grant.revoked"},
		{"session=SESSION", "session=vks_none"},
		{"created[gte]=HALF", "created[lte]=HALF"},
	}},
	{"deliveries", "/v1/webhook_endpoints/{endpoint}/deliveries", "webhook_deliveries", "created", ofEndpoint, [][]string{
		{"status=succeeded", "status=pending", "status=closed"},
		{
			"event_type=verification_session.verified", "event_type=verification_session.failed",
			"event_type=trust_reuse_grant.revoked",
		},
	}},
	{"recoveries", "/v1/webhook_endpoints/{endpoint}/recoveries", "webhook_recoveries", "created", ofEndpoint, nil},
	{"endpoints", "/v1/webhook_endpoints", "webhook_endpoints", "created", ofOrg, nil},
	{"connectors", "/v1/provider_connectors", "provider_connectors", "created", ofOrg, nil},
	{"workflows", "/v1/workflows", "workflows", "created", ofOrg, nil},
	{"versions", "/v1/workflows/{workflow}/versions", "workflow_versions", "created", ofWorkflow, nil},
}

// queries returns the empty filter, each value of each filter, and each pair of values of two filters.
func (l grownList) queries() []string {
	queries := []string{""}
	for i, values := range l.filters {
		for _, value := range values {
			queries = append(queries, value)
			for _, others := range l.filters[:i] {
				for _, other := range others {
					queries = append(queries, other+"&"+value)
				}
			}
		}
	}
	return queries
}

// depth is a place in a list at which a page begins.
type depth struct{ name, query string }

// depths returns the first page, and pages half way, at the end, and before an old row. A list of few rows has only the
// first.
func (g *grown) depths(ctx context.Context, list grownList) ([]depth, error) {
	at := func(offset string) (id string, err error) {
		err = g.database.QueryRow(ctx, fmt.Sprintf("SELECT id FROM %[1]s WHERE %[2]s ORDER BY %[3]s OFFSET "+
			"(SELECT %[4]s FROM %[1]s WHERE %[2]s) LIMIT 1", list.table, list.where, list.by, offset),
			g.org, g.endpoint, g.workflow).Scan(&id)
		return id, err
	}
	first := []depth{{}}
	if list.filters == nil {
		return first, nil
	}
	middle, err := at("count(*) / 2")
	if err != nil {
		return nil, err
	}
	old, err := at("least(count(*), 20) - 1")
	return append(first,
		depth{"half way", "starting_after=" + middle}, depth{"at the end", "starting_after=" + old},
		depth{"before an old row", "ending_before=" + old}), err
}
