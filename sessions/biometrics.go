package sessions

import (
	"context"
	"slices"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// keep notes the biometric data of a passed verdict that later steps of the session need, or that the rule of the
// session's place retains.
func (e Engine) keep(ctx context.Context, j *store.Judgement, v methods.Verdict) error {
	s := j.Session
	if v.Portrait == nil && v.Template == nil && !s.HasPortrait {
		return nil
	}
	g, err := e.Store.SessionGraph(ctx, s)
	if err != nil {
		return err
	}
	coming := coming(g, j.State)
	j.Matched = !slices.Contains(coming, rules.MethodSelfieMatch)
	if j.Result.Status != graph.OutcomePassed || len(j.Steps) == 0 { // a verdict that came too late is no step
		return nil
	}
	if !j.Matched {
		j.Portrait = v.Portrait
	}
	if s.Compliance.V.BiometricRetentionDays != nil || slices.ContainsFunc(coming, rules.Method.Biometric) {
		j.Template = v.Template
	}
	return nil
}

// coming returns the methods that a session offers or may still come to.
func coming(g graph.Graph, state graph.State) (methods []rules.Method) {
	for _, offer := range state.Offers(g) {
		methods = append(methods, offer.Method)
	}
	for _, id := range state.Upcoming(g) {
		if node, _ := g.Node(id); node.Kind == graph.KindMethod {
			methods = append(methods, node.Method)
		}
	}
	return methods
}

// DeleteBiometrics deletes the biometric data of a session, whatever its outcome. Errors: CodeSessionNotFound.
func (s *Service) DeleteBiometrics(ctx context.Context, ref models.SessionRef, actor string) error {
	return s.store.DeleteBiometrics(ctx, ref.OrgID, actor, ref.SessionID)
}
