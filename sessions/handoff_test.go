package sessions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

func TestRequestNamesTheCompanyBeforeWorkflowAndOrganization(t *testing.T) {
	t.Parallel()
	org := models.Organization{Name: "Shop & Co"}
	own, named, empty := graph.Handoff{CompanyName: "HealthHaven"}, "Bodega", " "
	for want, c := range map[string]struct {
		wanted    graph.Handoff
		requested *string
	}{
		"Shop & Co": {graph.DefaultHandoff(), nil}, "HealthHaven": {own, nil}, "Bodega": {own, &named},
	} {
		company, err := sessions.CompanyOf(org, c.wanted, c.requested)
		require.NoError(t, err)
		require.Equal(t, want, company)
	}
	_, err := sessions.CompanyOf(org, own, &empty)
	var invalid *models.Error
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "company_name", invalid.Param)
}
