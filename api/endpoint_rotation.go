package api

import (
	"net/http"
	"time"
)

// longestOverlap is how long an old secret may go on signing.
const longestOverlap = 24 * time.Hour

type rotationInput struct {
	OverlapSeconds *int `json:"overlap_seconds"`
}

// rotateEndpointSecret cuts over at once, unless an overlap is asked for.
func (hs *webhookHandlers) rotateEndpointSecret(c *call) (answer, error) {
	var in rotationInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := checkSeconds("overlap_seconds", in.OverlapSeconds, 0, longestOverlap); err != nil {
		return answer{}, err
	}
	overlap := time.Duration(0)
	if in.OverlapSeconds != nil {
		overlap = time.Duration(*in.OverlapSeconds) * time.Second
	}
	endpoint, secret, err := hs.store.RotateEndpointSecret(c.ctx, c.org().ID, c.actor(), c.id(), overlap)
	if err != nil {
		return answer{}, err
	}
	object := showEndpoint(endpoint)
	object.Secret = secret
	return reply(http.StatusOK, object)
}

func (hs *webhookHandlers) finishEndpointRotation(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	endpoint, err := hs.store.FinishRotation(c.ctx, c.org().ID, c.actor(), c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showEndpoint(endpoint))
}
