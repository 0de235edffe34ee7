package worker

import "github.com/stile-id/stile/activities"

// Delivered exposes delivered.
func (m *Metrics) Delivered(a activities.Attempt) { m.delivered(a) }

// Busy exposes busy.
func (m *Metrics) Busy() { m.busy() }

// Erased exposes erased.
func (m *Metrics) Erased(sessions int) { m.erased(sessions) }

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
