package carrier

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// call sends an object to an interface of CAMARA.
func (c *client) call(ctx context.Context, address, token string, object, into any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return away("its interface cannot be requested")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("X-Correlator", random())
	return c.send(request, into)
}

// isOf reports whether the number is that of the line of an access token (Number Verification, /verify).
func (c *client) isOf(ctx context.Context, token, phone string) (bool, error) {
	var got struct {
		Verified *bool `json:"devicePhoneNumberVerified"`
	}
	sent := map[string]string{"phoneNumber": phone}
	if err := c.call(ctx, c.of.NumberVerification+"/verify", token, sent, &got); err != nil {
		return false, err
	}
	if got.Verified == nil {
		return false, away("its answer is not the documented one")
	}
	return *got.Verified, nil
}

// ageCheck is an answer of KYC Age Verification.
type ageCheck struct {
	Check string `json:"ageCheck"` // true, false or not_available
	// Documented means that the carrier has compared the age with an official document.
	Documented bool `json:"verifiedStatus"`
}

type ageQuestion struct {
	Threshold int    `json:"ageThreshold"`
	Phone     string `json:"phoneNumber,omitempty"` // only with a token of the client itself
}

// age asks whether the customer has reached an age (KYC Age Verification, /verify).
func (c *client) age(ctx context.Context, token string, q ageQuestion) (got ageCheck, err error) {
	if err := c.call(ctx, c.of.AgeVerification+"/verify", token, q, &got); err != nil {
		return got, err
	}
	switch got.Check {
	case isTrue, isFalse, notAvailable:
		return got, nil
	}
	return got, away("its answer is not the documented one")
}
