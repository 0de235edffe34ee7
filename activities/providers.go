package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/stile-id/stile/internal/fault"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// ProviderAnswer is the result of one request to a provider, for metrics.
type ProviderAnswer string

// The answers.
const (
	ProviderJudged   ProviderAnswer = "verdict"
	ProviderPromised ProviderAnswer = "promised" // the verdict comes by callback
	ProviderRefused  ProviderAnswer = "refused"  // the provider will not judge; a repeat cannot help
	ProviderAway     ProviderAnswer = "away"     // the provider is unreachable or failing; it is asked again later
	ProviderBusy     ProviderAnswer = "busy"     // no request was made, because too many are under way at this provider
)

// Providers holds the activities that send submissions to verification providers outside Stile.
type Providers struct {
	*Sessions
	// Connect returns the client of a provider.
	Connect func(c models.ProviderConnector, secret string) methods.Provider
	// Gate, if set, limits the requests under way at each connector.
	Gate *Gate
	// Asked, if set, is called for every request, for metrics.
	Asked func(method rules.Method, answer ProviderAnswer)
}

// AskProvider sends a submission to its provider and commits the verdict, unless the provider promises it by callback.
// An error means that the provider or the database is unavailable, and that Temporal has to call AskProvider again.
// AskProvider does nothing for a submission that has its verdict or a provider's promise.
func (a *Providers) AskProvider(ctx context.Context, ref models.SubmissionRef) error {
	u, found, err := a.Store.Unjudged(ctx, ref)
	if err != nil || !found || u.Session.Status.Terminal() ||
		u.Submission.PromisedAt != nil || u.Submission.ConnectorID == nil {
		return err
	}
	connector, secret, err := a.Store.ConnectorSecret(ctx, ref.OrgID, *u.Submission.ConnectorID)
	if models.CodeOf(err) == models.CodeResourceMissing { // deleted or disabled since
		return a.conclude(ctx, ref, methods.Unfinished(graph.OutcomeError, rules.ReasonProviderUnavailable))
	}
	if err != nil {
		return err
	}
	inquiry, err := a.inquiry(ctx, u, connector.Mode == models.ConnectorCallback)
	if err != nil {
		return err
	}
	return a.ask(ctx, ref, inquiry, connector, secret)
}

func (a *Providers) ask(
	ctx context.Context, ref models.SubmissionRef, i methods.Inquiry, c models.ProviderConnector, secret string,
) error {
	verdict, err := a.inquire(ctx, i, c, secret)
	var away *methods.AwayError
	switch {
	case errors.Is(err, errBusy):
		a.heard(i.Method, ProviderBusy)
		return busyFor(time.Second)
	case errors.Is(err, methods.ErrRefused):
		// The user cannot mend this, so the log tells the operator. It is not a fault of Stile.
		activity.GetLogger(ctx).Warn("provider refused to judge; the attempt ends with method_error",
			"connector", c.ID, "submission", ref.SubmissionID, "error", err.Error())
		a.heard(i.Method, ProviderRefused)
		return a.conclude(ctx, ref, methods.Unfinished(graph.OutcomeError, rules.ReasonMethodError))
	case errors.As(err, &away):
		a.heard(i.Method, ProviderAway)
		activity.GetLogger(ctx).Warn("provider request failed; it will be repeated",
			"connector", c.ID, "submission", ref.SubmissionID, "error", err.Error())
		return awayFor(ctx, c.ID, away)
	case err != nil:
		a.heard(i.Method, ProviderAway)
		return fmt.Errorf("provider_connector %s: %w", c.ID, err)
	case verdict == nil:
		a.heard(i.Method, ProviderPromised)
		return a.Store.Promise(ctx, ref.OrgID, ref.SubmissionID, c.CallbackTimeout())
	default:
		a.heard(i.Method, ProviderJudged)
		verdict.Provider = c.Label()
		return a.conclude(ctx, ref, *verdict)
	}
}

// inquire waits for room at the connector and sends the request.
func (a *Providers) inquire(
	ctx context.Context, i methods.Inquiry, c models.ProviderConnector, secret string,
) (*methods.Verdict, error) {
	leave, err := a.Gate.enter(ctx, c.ID, true)
	if err != nil {
		return nil, err
	}
	defer leave()
	verdict, err := a.Connect(c, secret).Ask(ctx, i)
	fault.Point("provider.answered")
	return verdict, err
}

func (a *Providers) inquiry(ctx context.Context, u store.Unjudged, callback bool) (methods.Inquiry, error) {
	session, submission := u.Session, u.Submission
	g, err := a.Store.SessionGraph(ctx, session)
	if err != nil {
		return methods.Inquiry{}, err
	}
	node, _ := g.Node(submission.Node)
	var sent connector.Payload
	if err := json.Unmarshal(u.Payload, &sent); err != nil {
		return methods.Inquiry{}, errors.New("stored submission is not a provider payload")
	}
	files, err := a.inquired(ctx, session, sent.Uploads)
	if err != nil {
		return methods.Inquiry{}, err
	}
	return methods.Inquiry{
		SubmissionID: submission.ID, SessionID: session.ID, Type: string(session.Type), Method: submission.Method,
		Attempt: submission.Attempt, Tier: session.AgeTier, Jurisdiction: session.Jurisdiction, Options: node.Options,
		Input: sent.Input, Uploads: files, Callback: callback,
	}, nil
}

// inquired describes the uploads of a submission to its provider.
func (a *Providers) inquired(
	ctx context.Context,
	session models.Session,
	ids []string,
) ([]methods.InquiredUpload, error) {
	files := make([]methods.InquiredUpload, 0, len(ids))
	for _, id := range ids {
		u, err := a.Store.Upload(ctx, session.OrgID, session.ID, id)
		if err != nil {
			return nil, err
		}
		files = append(files, methods.InquiredUpload{
			Upload:  methods.Upload{ID: u.ID, MediaType: u.MediaType, Size: u.Size},
			Content: func(ctx context.Context) ([]byte, error) { return uploads{a.Store, session}.Content(ctx, u.ID) },
		})
	}
	return files, nil
}

// conclude commits a verdict. A second verdict on the same submission changes nothing.
func (a *Providers) conclude(ctx context.Context, ref models.SubmissionRef, v methods.Verdict) error {
	_, err := a.commit(ctx, ref, sessions.Given(v))
	return err
}

func (a *Providers) heard(method rules.Method, answer ProviderAnswer) {
	if a.Asked != nil {
		a.Asked(method, answer)
	}
}
