package authoring

import (
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// The number of sessions of a backtest.
const (
	usualSessions = 100
	mostSessions  = 500
)

type backtestInput struct {
	Version  *int           `json:"version"`
	Sessions *sessionsInput `json:"sessions"`
}

// sessionsInput narrows the sessions that are replayed. Absent fields narrow nothing.
type sessionsInput struct {
	Last            *int         `json:"last"`
	Created         *windowInput `json:"created"`
	Status          *string      `json:"status"`
	Jurisdiction    *string      `json:"jurisdiction"`
	WorkflowVersion *int         `json:"workflow_version"`
}

// windowInput bounds a time as the query of a list does.
type windowInput struct {
	GT  *int64 `json:"gt"`
	GTE *int64 `json:"gte"`
	LT  *int64 `json:"lt"`
	LTE *int64 `json:"lte"`
}

func (in *sessionsInput) last() (int, error) {
	if in == nil || in.Last == nil {
		return usualSessions, nil
	}
	if *in.Last < 1 || *in.Last > mostSessions {
		return 0, models.Invalid("sessions.last", "sessions.last must be from 1 to %d", mostSessions)
	}
	return *in.Last, nil
}

func (in *sessionsInput) filter() (f store.SessionFilter, err error) {
	if in == nil {
		return f, nil
	}
	if in.Status != nil {
		status, known := models.ParseSessionStatus(*in.Status)
		if !known || !status.Terminal() {
			return f, models.Invalid("sessions.status", "sessions.status must be verified, failed, cancelled or expired")
		}
		f.Status = status
	}
	if f.Jurisdiction, err = rest.ReadJurisdiction("sessions.jurisdiction", in.Jurisdiction); err != nil {
		return f, err
	}
	if in.WorkflowVersion != nil {
		if *in.WorkflowVersion < 1 {
			return f, models.Invalid("sessions.workflow_version", "sessions.workflow_version must be at least 1")
		}
		f.WorkflowVersion = *in.WorkflowVersion
	}
	f.Created, err = in.Created.window()
	return f, err
}

func (in *windowInput) window() (w store.Window, err error) {
	if in == nil {
		return w, nil
	}
	if w.From, err = bound("sessions.created.gte", in.GTE, "sessions.created.gt", in.GT, time.Second); err != nil {
		return w, err
	}
	w.To, err = bound("sessions.created.lte", in.LTE, "sessions.created.lt", in.LT, -time.Second)
	return w, err
}

// bound is the second that is the last one inside; step leads to it from one that is the first one outside.
func bound(
	insideName string, inside *int64, outsideName string, outside *int64, step time.Duration,
) (*models.Timestamp, error) {
	if inside != nil && outside != nil {
		return nil, models.Invalid(outsideName, "%s and %s cannot be used together", insideName, outsideName)
	}
	if outside == nil {
		return rest.Moment(insideName, inside)
	}
	at, err := rest.Moment(outsideName, outside)
	if err != nil {
		return nil, err
	}
	return models.AtPtr(at.Add(step)), nil
}
