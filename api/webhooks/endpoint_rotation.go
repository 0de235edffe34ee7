package webhooks

import (
	"net/http"
	"time"

	"github.com/stile-id/stile/api/rest"
)

// longestOverlap is how long an old secret may go on signing.
const longestOverlap = 24 * time.Hour

type rotationInput struct {
	OverlapSeconds *int `json:"overlap_seconds"`
}

// rotateEndpointSecret cuts over at once, unless an overlap is asked for.
func (hs *Handlers) rotateEndpointSecret(c *rest.Call) (rest.Answer, error) {
	var in rotationInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if err := rest.CheckSeconds("overlap_seconds", in.OverlapSeconds, 0, longestOverlap); err != nil {
		return rest.Answer{}, err
	}
	overlap := time.Duration(0)
	if in.OverlapSeconds != nil {
		overlap = time.Duration(*in.OverlapSeconds) * time.Second
	}
	endpoint, secret, err := hs.store.RotateEndpointSecret(c.Ctx, c.Org().ID, c.Actor(), c.ID(), overlap)
	if err != nil {
		return rest.Answer{}, err
	}
	object := showEndpoint(endpoint)
	object.Secret = secret
	return rest.Reply(http.StatusOK, object)
}

func (hs *Handlers) finishEndpointRotation(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	endpoint, err := hs.store.FinishRotation(c.Ctx, c.Org().ID, c.Actor(), c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showEndpoint(endpoint))
}
