package worker

import (
	"time"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Delivered shows the tests how an attempt is counted.
func (m *Metrics) Delivered(a activities.Attempt) { m.delivered(a) }

// Busy shows the tests how an attempt is counted that was put off.
func (m *Metrics) Busy() { m.busy() }

// Owed shows the tests how the backlog is measured.
func (m *Metrics) Owed(b store.Backlog, now time.Time) { m.owed(b, now) }

// Erased shows the tests how erasures are counted.
func (m *Metrics) Erased(sessions int) { m.erased(sessions) }

// Due shows the tests how overdue erasures are measured.
func (m *Metrics) Due(next *models.Timestamp, now time.Time) { m.due(next, now) }
