package webhook_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stile-id/stile/sdk/go/webhook"
)

// handle is a merchant's endpoint.
func handle(secret string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		event, err := webhook.FromRequest(r, secret)
		var refused *webhook.Error
		if errors.As(err, &refused) {
			fmt.Println("refused:", refused.Code)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if event.Type == "verification_session.verified" {
			var session struct {
				ClientReferenceID string `json:"client_reference_id"`
			}
			if event.Decode(&session) == nil {
				fmt.Println(session.ClientReferenceID, "is old enough")
			}
		}
		w.WriteHeader(http.StatusOK)
	}
}

func ExampleFromRequest() {
	const secret = "whsec_of_the_endpoint"
	endpoint := handle(secret)

	// Stile's side.
	deliver := func(secret string) {
		event := []byte(`{"id":"evt_1","object":"event","type":"verification_session.verified","created":1741564800,` +
			`"data":{"id":"vks_1","object":"verification_session","client_reference_id":"user_123"}}`)
		request := httptest.NewRequest(http.MethodPost, "/webhooks", bytes.NewReader(event))
		request.Header.Set(webhook.Header, signAt(fmt.Sprint(time.Now().Unix()), secret, string(event)))
		answer := httptest.NewRecorder()
		endpoint(answer, request)
		fmt.Println("answered", answer.Code)
	}
	deliver(secret)
	deliver("whsec_of_somebody_else")

	// Output:
	// user_123 is old enough
	// answered 200
	// refused: signature_mismatch
	// answered 400
}
