package store

import (
	"context"
	"strings"
	"sync"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// Exchange is a delivery attempt with its request and response.
type Exchange struct {
	Delivery models.Delivery
	// Event is the delivered event. Its body is the body of the request.
	Event models.Event
	// Sent is nil if no request was sent.
	Sent *models.Sent
	// Body is the beginning of the response's body.
	Body string
}

// exchanged are the columns of an attempt that only Exchange reads, because they are large and may hold personal data.
type exchanged struct {
	SentAt         *models.Timestamp
	RequestURL     string
	RequestHeaders models.JSON[map[string]string]
	ResponseSealed string
}

// exchangeRow is a delivery with its event, read by one statement.
type exchangeRow struct {
	Delivery  models.Delivery `gorm:"embedded;embeddedPrefix:delivery_"`
	Exchanged exchanged       `gorm:"embedded;embeddedPrefix:exchanged_"`
	Event     models.Event    `gorm:"embedded;embeddedPrefix:event_"`
}

// exchangeColumns returns the columns of exchangeRow, of the tables d and v.
var exchangeColumns = sync.OnceValue(func() string {
	return strings.Join([]string{
		columnsAs(models.Delivery{}, "d", "delivery_"), columnsAs(exchanged{}, "d", "exchanged_"),
		columnsAs(models.Event{}, "v", "event_"),
	}, ", ")
})

// withoutExchange makes q read deliveries without the columns of exchanged.
func withoutExchange(q *gorm.DB) *gorm.DB { return q.Session(&gorm.Session{QueryFields: true}) }

func answerPlace(d models.Delivery) seal.Place {
	return seal.Place{Table: "webhook_deliveries.response", Row: d.ID, Org: d.OrgID}
}

// Exchange reads an attempt at an endpoint with its request and response. Errors: CodeResourceMissing.
func (s *Store) Exchange(ctx context.Context, org, endpoint, id string) (Exchange, error) {
	var row exchangeRow
	found, err := one(s.read(ctx).Table("webhook_deliveries AS d").Select(exchangeColumns()).
		Joins("JOIN events AS v ON v.id = d.event_id AND v.org_id = d.org_id").
		Where("d.id = ? AND d.org_id = ? AND d.endpoint_id = ?", id, org, endpoint), &row)
	if err != nil || !found {
		return Exchange{}, orMissing(err, "webhook_delivery", id)
	}
	e := Exchange{Delivery: row.Delivery, Event: row.Event}
	if row.Exchanged.SentAt != nil {
		e.Sent = &models.Sent{
			At: *row.Exchanged.SentAt, URL: row.Exchanged.RequestURL, Headers: row.Exchanged.RequestHeaders.V,
		}
	}
	if row.Exchanged.ResponseSealed == "" {
		return e, nil
	}
	body, err := s.keys.Open(row.Exchanged.ResponseSealed, answerPlace(e.Delivery))
	e.Body = string(body)
	return e, err
}
