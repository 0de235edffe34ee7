package activities_test

import (
	"strconv"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// touching returns a change that only raises the row's revision.
func touching(session models.Session, n int) store.Change {
	return store.Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "touch/" + strconv.Itoa(n),
		From: models.OpenStatuses, To: session.Status,
	}
}
