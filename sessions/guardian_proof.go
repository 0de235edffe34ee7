package sessions

import (
	"context"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// guardianGraph returns the graph of the sessions in which guardians prove to be adults: any of the workflow's methods
// that the law accepts. Errors: CodeParameterInvalid where none is left.
func (s *Service) guardianGraph(ctx context.Context, child models.Session) (graph.Graph, error) {
	preferences, err := s.store.SessionPreferences(ctx, child)
	if err != nil {
		return graph.Graph{}, err
	}
	verifiable := child.Compliance.V.VerifiableConsent
	methods := preferences.GuardianMethods(verifiable)
	if len(methods) == 0 {
		return graph.Graph{}, models.Invalid("method", "parental_consent is not available: the law asks for a verifiable "+
			"consent, and the workflow names no method that verifies a guardian")
	}
	preferences.Parental = nil
	g, _, err := graph.Specialise(graph.Definition{
		UseCase: child.UseCase, Methods: methods, Composition: graph.AnyOf, Preferences: preferences,
	}.WithDefaults(), child.Jurisdiction, func(rules.Method) bool { return true })
	if err != nil {
		return g, err
	}
	return s.withoutUnavailable(ctx, child.OrgID, g)
}

// Proof is the session in which a guardian proves to be an adult.
type Proof struct {
	Session models.Session
	// Proven reports whether the session is verified, by a method that the law accepts.
	Proven bool
}

// proof returns the newest session in which a guardian proves to be an adult, or false before the first.
func (s *Service) proof(ctx context.Context, g models.Guardian, child models.Session) (Proof, bool, error) {
	if g.ProofID == nil {
		return Proof{}, false, nil
	}
	session, err := s.store.Session(ctx, g.OrgID, *g.ProofID)
	if err != nil {
		return Proof{}, false, err
	}
	proven := session.Status == models.StatusVerified && (!child.Compliance.V.VerifiableConsent || verifies(session))
	return Proof{Session: session, Proven: proven}, true, nil
}

// verifies reports whether a method that verifies a guardian has passed in the session.
func verifies(session models.Session) bool {
	return session.VerificationPath != nil && rules.Method(*session.VerificationPath).VerifiesGuardian()
}

// ProveGuardian returns the session in which the guardian of a link proves to be an adult. It makes one unless one is
// open or verified. Errors: those of Guardian; CodeChallengeInvalid where no decision is asked for any more;
// CodeRateLimitExceeded after models.MaxGuardianProofs sessions.
func (s *Service) ProveGuardian(
	ctx context.Context, token string, languages ...string,
) (asked GuardianRequest, err error) {
	err = again(func() error {
		if asked, err = s.Guardian(ctx, token, languages...); err != nil {
			return err
		}
		if !asked.Open || asked.Link.Withdraw {
			return guardianClosed()
		}
		if p := asked.Proof; p != nil && (p.Proven || !p.Session.Status.Terminal()) {
			return nil
		}
		if asked.Guardian.Proofs >= models.MaxGuardianProofs {
			return models.Errorf(models.CodeRateLimitExceeded,
				"The guardian has tried %d times to prove to be an adult, and can try no more", models.MaxGuardianProofs)
		}
		session, err := s.newProof(ctx, asked)
		asked.Proof = &Proof{Session: session}
		return err
	})
	return asked, err
}

// newProof creates a session for a guardian. It runs under the child's terms, but for methods and age, and is neither
// counted nor announced to the merchant.
func (s *Service) newProof(ctx context.Context, asked GuardianRequest) (models.Session, error) {
	child := asked.Child
	g, err := s.guardianGraph(ctx, child)
	if err != nil {
		return models.Session{}, err
	}
	compliance := child.Compliance.V
	compliance.RequiredAgeTier = rules.Majority(child.Jurisdiction)
	never := false
	planned := store.NewSession{
		Session: models.Session{
			OrgID: child.OrgID, Type: models.TypeAge, WorkflowID: child.WorkflowID, WorkflowVersion: child.WorkflowVersion,
			UseCase: child.UseCase, AgeTier: compliance.RequiredAgeTier, RuleVersion: child.RuleVersion,
			Compliance: models.AsJSON(compliance), Jurisdiction: child.Jurisdiction,
			JurisdictionSource: child.JurisdictionSource, Methods: models.AsJSON(graph.OfferedMethods(g)),
			Metadata: models.AsJSON(map[string]string{}), Locale: asked.Locale, Risk: models.AsJSON[*rules.Risk](nil),
			Reuse: models.AsJSON(&models.ReuseRequest{AcceptExisting: &never}),
		},
		Terms: store.Terms{Graph: g}, TTL: s.proofTTL(child), ProofOf: &asked.Guardian,
	}
	begun, err := s.engine.Begin(g, planned.Session)
	if err != nil {
		return models.Session{}, err
	}
	planned.Session.GraphState, planned.Begun = models.AsJSON(begun.State), &begun
	created, err := s.store.CreateSession(ctx, planned)
	if err != nil {
		return models.Session{}, err
	}
	s.start(ctx, created)
	return created.Session, nil
}

// proofTTL is how long a guardian may take, at most until the child's deadline.
func (s *Service) proofTTL(child models.Session) time.Duration {
	return min(s.config.SessionTTL, child.ExpiresAt.Sub(s.store.Now().Time))
}
