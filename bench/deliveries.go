package main

import (
	"context"

	"github.com/stile-id/stile/models"
)

// deliveries compares deliveries to a receiver with workflows of one activity.
func (b bench) deliveries(ctx context.Context) (comparison, error) {
	c := comparison{title: "deliveries", base: "bare activity", our: "delivery", shown: ofRuns}
	err := b.with(ctx, b.apart, func(m *merchant) (err error) {
		base := b.recorded(c.base, bareTaskPrefix+"%", b.bare.onceTask)
		c.rounds, err = b.compare(ctx, c.title, b.options.sessions, base, b.deliveriesOf(m, c.our))
		return err
	})
	return c, err
}

// hanging compares deliveries to one receiver next to hanging ones with deliveries without those.
func (b bench) hanging(ctx context.Context) (comparison, error) {
	c := comparison{title: "receivers that hang", base: "none", our: "beside 50", target: 0.9, shown: ofRuns}
	err := b.with(ctx, b.waiting, func(m *merchant) error {
		h, err := b.newHanging(ctx, m)
		if err != nil {
			return err
		}
		defer h.close()
		beside := b.deliveriesOf(m, c.our)
		beside.around = h.around
		c.rounds, err = b.compare(ctx, c.title, b.options.sessions, b.deliveriesOf(m, c.base), beside)
		return err
	})
	return c, err
}

// waiting runs Stile with a webhook timeout that no attempt exceeds within a turn.
func (b bench) waiting(ctx context.Context) (*stile, error) {
	s := *b.site
	s.config.WebhookTimeout = 20 * patience
	return s.apart(ctx)
}

// deliveriesOf returns a side that tests the merchant's endpoint.
func (b bench) deliveriesOf(m *merchant, name string) side {
	return b.recorded(name, deliveriesTo(m.endpoint), m.deliver)
}

// deliveriesTo returns the LIKE pattern of the ids of the runs that deliver to the endpoint.
func deliveriesTo(endpoint string) string { return string(models.PrefixEvent) + "%-" + endpoint }
