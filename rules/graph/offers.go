package graph

import "github.com/stile-id/stile/rules"

// OfferAvailable is the status of an offer that takes a submission.
const OfferAvailable = "available"

// Offer is a method to which the user may submit now.
type Offer struct {
	Node   string       `json:"node"`
	Method rules.Method `json:"method"`
	// Attempt is the number of the next submission.
	Attempt int `json:"attempt"`
	// AttemptsUsed counts failures, AttemptsLeft the failures that remain.
	AttemptsUsed int    `json:"attempts_used"`
	AttemptsLeft int    `json:"attempts_left"`
	Status       string `json:"status"`
}

// Offers returns the methods open to the user, in the order of the graph's
// nodes. It is empty, never nil, while a branch or a reviewer decides and after
// the session has ended.
func (s State) Offers(g Graph) []Offer {
	offers := []Offer{}
	for _, n := range g.Nodes {
		if _, waiting := s.token(n.ID); !waiting || n.Kind != KindMethod {
			continue
		}
		offers = append(offers, Offer{
			Node:         n.ID,
			Method:       n.Method,
			Attempt:      s.NextAttempt(n.ID),
			AttemptsUsed: s.attempts(n.ID).Failed,
			AttemptsLeft: s.AttemptsLeft(g, n.ID),
			Status:       OfferAvailable,
		})
	}
	return offers
}
