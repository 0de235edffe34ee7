package graph

import "github.com/stile-id/stile/rules"

// OfferAvailable is the status of an offer that takes a submission.
const OfferAvailable = "available"

// Offer is a method the person may submit to now.
type Offer struct {
	Node   string       `json:"node"`
	Method rules.Method `json:"method"`
	// Attempt is the number the next submission gets.
	Attempt int `json:"attempt"`
	// AttemptsUsed counts failures, AttemptsLeft those that may follow.
	AttemptsUsed int    `json:"attempts_used"`
	AttemptsLeft int    `json:"attempts_left"`
	Status       string `json:"status"`
}

// Offers returns the methods open to the person, in the order of the graph's
// nodes. It is empty, never nil, where a branch or a reviewer is awaited and
// once the session has ended.
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
