package worker

import (
	"time"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Delivered exposes delivered.
func (m *Metrics) Delivered(a activities.Attempt) { m.delivered(a) }

// Busy exposes busy.
func (m *Metrics) Busy() { m.busy() }

// Owed exposes owed.
func (m *Metrics) Owed(b store.Backlog, now time.Time) { m.owed(b, now) }

// Erased exposes erased.
func (m *Metrics) Erased(sessions int) { m.erased(sessions) }

// Due exposes due.
func (m *Metrics) Due(next *models.Timestamp, now time.Time) { m.due(next, now) }

// Repeat, and the numbers of its batches.
var Repeat = repeat[int]

// StopTogether exposes stopTogether.
func StopTogether(queues []interface{ Stop() }) { stopTogether(queues) }

const (
	NudgeAtOnce = nudgeAtOnce
	SweepBatch  = sweepBatch
	LostBatches = lostBatches
	LostAtOnce  = lostAtOnce
)

// DeletedOld exposes deletedOld.
func (m *Metrics) DeletedOld(rows map[string]int64) { m.deletedOld(rows) }
