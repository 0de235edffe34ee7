package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

func sessionCommand() *cobra.Command {
	session := &cobra.Command{Use: "session", Short: "Look into sessions"}
	var rowsOnly bool
	show := &cobra.Command{
		Use: "show SESSION_ID", Short: "Print the timeline of a session, from its rows and its run's history",
		Args: cobra.ExactArgs(1),
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error {
			found, err := s.Across().PublicSession(ctx, args[0])
			if err != nil {
				return models.Explain(err)
			}
			trail, err := s.Trail(ctx, found.OrgID, found.ID)
			if err != nil {
				return err
			}
			lines := fromRows(trail)
			if !rowsOnly {
				history, err := fromHistory(cmd, found.ID)
				if err != nil {
					return fmt.Errorf("the run's history: %w (--rows-only leaves it out)", err)
				}
				lines = append(lines, history...)
			}
			printTimeline(cmd, trail.Session, lines)
			return nil
		}),
	}
	show.Flags().BoolVar(&rowsOnly, "rows-only", false, "leave Temporal alone")
	session.AddCommand(show)
	return session
}

// line is one entry of the timeline.
type line struct {
	at           time.Time
	source, text string
}

func printTimeline(cmd *cobra.Command, s models.Session, lines []line) {
	cmd.Printf("%s  %s, %s in %s, workflow %s version %d\n",
		s.ID, s.Status, s.AgeTier, s.Jurisdiction, s.WorkflowID, s.WorkflowVersion)
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	for _, l := range lines {
		cmd.Printf("%s  %-8s %s\n", l.at.UTC().Format("2006-01-02 15:04:05.000"), l.source, l.text)
	}
}

func fromRows(t store.Trail) []line {
	lines := []line{{t.Session.Created.Time, "session", "created"}}
	for _, change := range t.Transitions {
		lines = append(lines, line{change.Created.Time, "status",
			fmt.Sprintf("%s -> %s (%s)", change.FromStatus, change.ToStatus, change.ID)})
	}
	for _, step := range t.Steps {
		lines = append(lines, line{step.Created.Time, "step", stepText(step)})
	}
	for _, event := range t.Events {
		lines = append(lines, line{event.Created.Time, "event", fmt.Sprintf("%s %s", event.Type, event.ID)})
	}
	for _, delivery := range t.Deliveries {
		at := delivery.DueAt.Time
		if delivery.CompletedAt != nil {
			at = delivery.CompletedAt.Time
		}
		lines = append(lines, line{at, "delivery", deliveryText(delivery)})
	}
	return lines
}

func stepText(s models.Step) string {
	detail := s.Detail.V
	switch {
	case detail.MethodResult != nil:
		return fmt.Sprintf("%s attempt %d: %s %v", s.Node, detail.MethodResult.Attempt,
			detail.MethodResult.Outcome, detail.MethodResult.ReasonCodes)
	case detail.Branch != nil:
		return fmt.Sprintf("%s: %s", s.Node, detail.Reason)
	case detail.Review != nil:
		return fmt.Sprintf("%s: %s", s.Node, detail.Review.Decision)
	default:
		return s.Node
	}
}

func deliveryText(d models.Delivery) string {
	text := fmt.Sprintf("%s to %s, attempt %d: %s", d.EventType, d.EndpointID, d.Attempt, d.Status)
	if d.ResponseStatus != nil {
		text += fmt.Sprintf(" (%d)", *d.ResponseStatus)
	}
	if d.Error != nil {
		text += " (" + *d.Error + ")"
	}
	return text
}

func fromHistory(cmd *cobra.Command, id string) ([]line, error) {
	c, err := readConfig(cmd)
	if err != nil {
		return nil, err
	}
	keys, err := seal.ParseKeys(c.EncryptionKeys, c.LookupKey)
	if err != nil {
		return nil, err
	}
	temporal, err := app.DialTemporal(c, app.NewLogger("error"), app.TemporalOptions{Keys: keys})
	if err != nil {
		return nil, err
	}
	defer temporal.Close()
	reads := app.Sealed(keys)
	ctx, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
	defer cancel()
	var lines []line
	events := temporal.GetWorkflowHistory(ctx, id, "", false, allEvents)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		text := historyText(event)
		if said := summary(event, reads); text != "" && said != "" {
			text += ": " + said
		}
		if text != "" {
			lines = append(lines, line{event.GetEventTime().AsTime(), "history", text})
		}
	}
	return lines, nil
}
