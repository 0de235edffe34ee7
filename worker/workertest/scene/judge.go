package scene

import (
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
)

// Judge returns the methods that ship.
func Judge() methods.Judge {
	registry, err := shipped.Registry(shipped.Options{
		SimulatedDelay: models.SimulatedDelayDefault, ProviderPatience: models.ProviderPatienceDefault,
	})
	if err != nil {
		panic(err) // the options are constant
	}
	return registry
}
