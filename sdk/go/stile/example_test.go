package stile_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stile-id/stile/sdk/go/stile"
)

// installation stands for your own installation of Stile in the examples.
func installation(answers ...http.HandlerFunc) (url string, stop func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[0](w, r)
		if len(answers) > 1 {
			answers = answers[1:]
		}
	}))
	return server.URL, server.Close
}

func ExampleVerificationSessions_Create() {
	url, stop := installation(answer(http.StatusCreated,
		`{"id": "vks_1", "status": "created", "client_secret": "eyJ", "url": "https://stile.example/verify/vks_1#eyJ"}`))
	defer stop()

	client, err := stile.New("stile_sk_sandbox", stile.WithBaseURL(url))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	session, err := client.VerificationSessions.Create(ctx, stile.VerificationSessionCreateParams{
		Type:              stile.SessionTypeAge,
		WorkflowID:        "wf_YOUR_WORKFLOW_ID",
		ClientReferenceID: "order_12345",
	}, stile.WithIdempotencyKey("order_12345"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.Status)
	fmt.Println(session.URL) // the page for the user

	// Output:
	// created
	// https://stile.example/verify/vks_1#eyJ
}

func ExampleVerificationSessions_All() {
	url, stop := installation(page(true, "vks_3", "vks_2"), page(false, "vks_1"))
	defer stop()

	client, err := stile.New("stile_sk_sandbox", stile.WithBaseURL(url))
	if err != nil {
		fmt.Println(err)
		return
	}
	verified := stile.VerificationSessionListParams{
		Status:  stile.SessionStatusVerified,
		Created: stile.Range{GTE: stile.Timestamp(time.Now().AddDate(0, 0, -7).Unix())},
	}
	for session, err := range client.VerificationSessions.All(context.Background(), verified) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(session.ID)
	}

	// Output:
	// vks_3
	// vks_2
	// vks_1
}

func ExampleError() {
	url, stop := installation(answer(http.StatusBadRequest, `{"error": {"type": "invalid_request_error",
		"code": "parameter_invalid", "message": "No such workflow.", "param": "workflow_id", "request_id": "req_1"}}`))
	defer stop()

	client, err := stile.New("stile_sk_sandbox", stile.WithBaseURL(url))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.VerificationSessions.Create(context.Background(), stile.VerificationSessionCreateParams{
		Type: stile.SessionTypeAge, WorkflowID: "wf_unknown",
	})
	var refused *stile.Error
	switch {
	case errors.As(err, &refused) && refused.Network():
		fmt.Println("Stile cannot be reached; try again later:", refused)
	case errors.As(err, &refused) && refused.Code == stile.ErrorCodeParameterInvalid:
		fmt.Println(refused.Param, "is wrong:", refused.Message)
	case err != nil:
		fmt.Println(err)
	}

	// Output:
	// workflow_id is wrong: No such workflow.
}
