package api_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

const (
	pathExchange = "/v1/handoff/exchange"
	hostedPage   = "https://verify.example/s"
)

func (e *env) mint(s session) obj {
	e.t.Helper()
	return e.isOK(e.do("POST", s.path("/handoff"), s.secret, nil), 200).object
}

// phone claims the session with a token and returns the session with the device token as its secret.
func (e *env) phone(s session, device string, header ...string) (onPhone session, token obj) {
	e.t.Helper()
	body := obj{"token": e.mint(s)["mobile_write_token"], "device_id": device}
	token = e.isOK(e.do("POST", pathExchange, "", body, header...), 200).object
	return session{id: s.id, secret: token["device_token"].(string)}, token
}

// confirmed returns the session of a phone that has chosen the right number.
func (e *env) confirmed(s session) session {
	e.t.Helper()
	onPhone, _ := e.phone(s, "phone")
	e.isOK(e.do("POST", s.path("/handoff/confirm"), onPhone.secret, obj{"number": e.desktop(s)["handoff_number"]}), 200)
	return onPhone
}

func (e *env) desktop(s session) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", s.path("/status"), s.secret, nil), 200).object
}

func TestHandoffToken(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	first := e.mint(s)
	require.Equal(t, []any{1.0, s.id}, []any{first["v"], first["session_id"]})
	require.Equal(t, e.clock.Now().Add(5*time.Minute).UTC().Format(time.RFC3339), first["expires_at"])
	e.clock.Advance(59 * time.Second)
	require.Equal(t, first, e.mint(s))
	e.clock.Advance(time.Second)
	second := e.mint(s)
	require.NotEqual(t, first["attempt_id"], second["attempt_id"])
	require.NotEqual(t, first["mobile_write_token"], second["mobile_write_token"])
	require.Equal(t, hostedPage+"?token="+second["mobile_write_token"].(string), second["url"])
	require.Contains(t, second["qr_svg"], "<title>Continue with Shop &amp; Co on your phone</title>")
	require.NotContains(t, e.log.String(), first["mobile_write_token"].(string))
}

func TestPageOfAHandoffLink(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, err := e.store.ChangeHandoffURLs(
		t.Context(),
		e.sandbox.org.ID,
		"cli",
		[]string{"https://id.shop.example/scan"},
		nil,
	)
	require.NoError(t, err)
	definition := simple("document_capture")
	definition["preferences"] = obj{
		"handoff": obj{"url_base": "https://id.shop.example/scan/de", "company_name": "HealthHaven"},
	}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	minted := e.mint(s)
	require.Contains(t, minted["url"], "https://id.shop.example/scan/de?token=")
	require.Contains(t, minted["qr_svg"], "Continue with HealthHaven on")
	asked := obj{"url_base": "https://id.shop.example/scan/fr", "company_name": "Other"}
	again := e.isOK(e.do("POST", s.path("/handoff"), s.secret, asked), 200).object
	require.Contains(t, again["url"], "https://id.shop.example/scan/fr?token=")
	require.Contains(t, again["qr_svg"], "Continue with Other on")
	require.Equal(t, minted["attempt_id"], again["attempt_id"])
	for param, body := range map[string]obj{
		"url_base": {"url_base": "https://evil.example"}, "company_name": {"company_name": " "},
	} {
		e.isError(e.do("POST", s.path("/handoff"), s.secret, body), 400, "parameter_invalid", param)
	}

	definition["preferences"] = obj{"handoff": obj{"enabled": false}}
	none := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	e.isError(e.do("POST", none.path("/handoff"), none.secret, nil), 409, "handoff_disabled")
	definition["preferences"] = obj{"handoff": obj{"confirm": false}}
	quick := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	onPhone, token := e.phone(quick, "phone")
	require.Empty(t, token["choices"])
	require.Nil(t, e.desktop(quick)["handoff_number"])
	e.submit(onPhone, "document_capture", graph.OutcomePassed)
}

func TestOnlyAllowedPagesTakeASession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, err := e.store.ChangeHandoffURLs(t.Context(), e.stranger.org.ID, "cli", []string{"https://id.other.example"}, nil)
	require.NoError(t, err)
	body := obj{"token": e.mint(e.attest())["mobile_write_token"], "device_id": "phone"}
	for origin, allows := range map[string]string{
		"https://evil.example": "", "null": "", "https://id.other.example": "https://id.other.example",
		// A browser sends an origin in one form. Other forms of an allowed origin are refused.
		"https://verify.example.": "", "https://VERIFY.example": "", "https://verify.example:443": "", "https://verify.example/": "",
		"http://verify.example": "", "https://verify.example.evil.example": "", "https://x@verify.example": "", "https://verif\u0443.example": "",
	} {
		ans := e.do("POST", pathExchange, "", body, "Origin", origin)
		e.isError(ans, 403, "origin_not_allowed")
		require.Equal(t, allows, ans.header.Get("Access-Control-Allow-Origin"))
	}
	ans := e.isOK(e.do("POST", pathExchange, "", body, "Origin", "https://verify.example"), 200)
	require.Equal(t, "https://verify.example", ans.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "Origin", ans.header.Get("Vary"))

	preflight := e.request(
		t.Context(),
		"OPTIONS",
		pathExchange,
		"",
		nil,
		"Origin",
		"https://id.other.example",
		"Access-Control-Request-Method",
		"POST",
	)
	resp, err := e.unchecked.Do(preflight)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, []any{204, "https://id.other.example", "POST"}, []any{
		resp.StatusCode, resp.Header.Get("Access-Control-Allow-Origin"), resp.Header.Get("Access-Control-Allow-Methods"),
	})
}

func TestPhoneIsOfferedNoHandoff(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	offers := func(credential string) any {
		return e.isOK(e.do("GET", s.path(""), credential, nil), 200).object["offer_handoff"]
	}
	e.isOK(e.do("POST", s.path("/events"), s.secret, obj{"type": "camera_failed"}), 200)
	require.Equal(t, true, offers(s.secret))
	onPhone := e.confirmed(s)
	require.Equal(t, []any{false, false}, []any{offers(onPhone.secret), offers(s.secret)})
	e.isOK(e.do("POST", s.path("/device/release"), onPhone.secret, nil), 200)
	require.Equal(t, true, offers(s.secret))
}

func TestPhoneClaimsTheSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	onPhone, token := e.phone(s, "phone")
	require.Equal(t, []any{"device_token", s.id}, []any{token["object"], token["session_id"]})
	require.Contains(t, e.temporal.all(), "changed "+s.id)
	now := float64(e.clock.Now().Unix())
	shown := e.shown(e.sandbox, s)
	require.Equal(t, []any{"mobile", now}, []any{shown["active_device"], shown["device_locked_at"]})
	status := e.desktop(s)
	require.Equal(
		t,
		[]any{"mobile", now, true},
		[]any{status["active_device"], status["device_locked_at"], status["same_device_only"]},
	)
	require.Equal(t, obj{"session_id": s.id, "status": "created", "is_terminal": false, "same_device_only": true},
		e.isOK(e.do("GET", s.path("/status"), "", nil), 200).object)

	attestation := obj{"date_of_birth": "1990-01-31", "declaration": true}
	e.isError(
		e.do("POST", s.path("/methods/self_attestation"), s.secret, attestation),
		409,
		"session_locked_to_other_device",
	)
	e.isError(e.do("POST", s.path("/handoff"), s.secret, nil), 409, "session_locked_to_other_device")
	e.isError(e.do("POST", s.path("/handoff"), onPhone.secret, nil), 401, "api_key_invalid")
	e.isOK(e.do("POST", s.path("/device/heartbeat"), onPhone.secret, nil), 200)
	e.isError(e.do("POST", s.path("/device/heartbeat"), s.secret, nil), 401, "api_key_invalid")
}

func TestPhoneMustChooseTheDesktopsNumber(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	onPhone, token := e.phone(s, "phone")
	choices := token["choices"].([]any)
	require.Len(t, choices, 3)
	require.Equal(t, choices, e.isOK(e.do("GET", s.path(""), onPhone.secret, nil), 200).object["handoff_choices"])
	require.Empty(t, e.isOK(e.do("GET", s.path(""), s.secret, nil), 200).object["handoff_choices"])
	number := e.desktop(s)["handoff_number"]
	require.Contains(t, choices, number)
	require.Nil(
		t,
		e.isOK(e.do("GET", s.path("/status"), onPhone.secret, nil), 200).object["handoff_number"],
		"the phone is to be told by its user",
	)

	e.isError(
		e.do("POST", s.path("/methods/document_capture"), onPhone.secret, obj{"simulate": "pass"}),
		409,
		"handoff_not_confirmed",
	)
	e.isError(e.do("POST", s.path("/consent"), onPhone.secret, obj{"granted": true}), 409, "handoff_not_confirmed")
	for _, body := range []any{obj{}, obj{"number": nil}} {
		e.isError(e.do("POST", s.path("/handoff/confirm"), onPhone.secret, body), 400, "parameter_invalid", "number")
	}
	view := e.isOK(e.do("POST", s.path("/handoff/confirm"), onPhone.secret, obj{"number": number}), 200).object
	require.Empty(t, view["handoff_choices"])
	require.Nil(t, e.desktop(s)["handoff_number"])
	e.submit(onPhone, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
	require.Equal(
		t,
		"verified",
		e.isOK(e.do("GET", s.path(""), onPhone.secret, nil), 200).object["status"],
		"the phone sees how it ended",
	)
	e.isError(e.do("POST", s.path("/device/heartbeat"), onPhone.secret, nil), 409, "session_terminal")
	status := e.desktop(s)
	require.Equal(t, []any{nil, false}, []any{status["active_device"], status["same_device_only"]})
}

func TestWrongNumberEndsTheAttempt(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	onPhone, token := e.phone(s, "phone")
	number := e.desktop(s)["handoff_number"]
	wrong := token["choices"].([]any)[0]
	if wrong == number {
		wrong = token["choices"].([]any)[1]
	}
	e.isError(e.do("POST", s.path("/handoff/confirm"), onPhone.secret, obj{"number": wrong}), 409, "handoff_ended")
	e.isError(e.do("POST", s.path("/handoff/confirm"), onPhone.secret, obj{"number": number}), 409, "handoff_ended")
	e.isError(e.do("GET", s.path(""), onPhone.secret, nil), 409, "handoff_ended")
	require.Equal(t, false, e.desktop(s)["same_device_only"])
	e.clock.Advance(time.Minute)
	e.confirmed(s)
}

func TestInvalidHandoffTokensAreRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	token := e.mint(s)["mobile_write_token"]
	for param, body := range map[string]obj{
		"token": {"device_id": "phone"}, "device_id": {"token": token, "device_id": ""},
	} {
		e.isError(e.do("POST", pathExchange, "", body), 400, "parameter_invalid", param)
	}
	e.isError(
		e.do("POST", pathExchange, "", obj{"token": token, "device_id": text(201)}),
		400,
		"parameter_invalid",
		"device_id",
	)
	for _, unknown := range []string{" ", "x", s.secret, text(1000)} {
		e.isError(e.do("POST", pathExchange, "", obj{"token": unknown, "device_id": "phone"}), 401, "handoff_token_invalid")
	}
	e.isOK(e.do("POST", pathExchange, "", obj{"token": token, "device_id": "phone"}), 200)
	e.isError(e.do("POST", pathExchange, "", obj{"token": token, "device_id": "phone"}), 409, "handoff_token_consumed")

	other := e.attest()
	late := e.mint(other)["mobile_write_token"]
	e.clock.Advance(5 * time.Minute)
	e.isError(e.do("POST", pathExchange, "", obj{"token": late, "device_id": "phone"}), 410, "handoff_token_expired")
	young := e.mint(other)["mobile_write_token"]
	e.isOK(e.do("POST", pathSessions+"/"+other.id+"/cancel", e.sandbox.secret, nil), 200)
	e.isError(e.do("POST", pathExchange, "", obj{"token": young, "device_id": "phone"}), 409, "session_terminal")
	e.isError(e.do("POST", other.path("/handoff"), other.secret, nil), 409, "session_terminal")
}

// A phone that lost the answer repeats the exchange under its key.
func TestExchangeIsRepeatedUnderItsKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := func() obj { return obj{"token": e.mint(e.attest())["mobile_write_token"], "device_id": "phone"} }
	mine, theirs := body(), body()
	first := e.isOK(e.do("POST", pathExchange, "", mine, "Idempotency-Key", "1"), 200)
	again := e.isOK(e.do("POST", pathExchange, "", mine, "Idempotency-Key", "1"), 200)
	require.Equal(t, first.body, again.body)
	other := e.isOK(e.do("POST", pathExchange, "", theirs, "Idempotency-Key", "1"), 200)
	require.NotEqual(t, first.object["device_token"], other.object["device_token"])
}

func TestOneOfManyPhonesWins(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	other := e.replica(e.keys)
	s := e.attest()
	token := e.mint(s)["mobile_write_token"]
	var all sync.WaitGroup
	codes := make(chan int, 50)
	for i := range 50 {
		all.Go(func() {
			at := []*env{e, other}[i%2]
			codes <- at.do("POST", pathExchange, "", obj{"token": token, "device_id": fmt.Sprint("phone ", i)}).status
		})
	}
	all.Wait()
	close(codes)
	count := map[int]int{}
	for code := range codes {
		count[code]++
	}
	require.Equal(t, map[int]int{200: 1, 409: 49}, count)
}

func TestReleaseEndsTheLock(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	for _, byPhone := range []bool{true, false} {
		onPhone := e.confirmed(s)
		credential := s.secret
		if byPhone {
			credential = onPhone.secret
		}
		e.isOK(e.do("POST", s.path("/device/release"), credential, nil), 200)
		e.isOK(e.do("POST", s.path("/device/release"), s.secret, nil), 200)
		e.isError(e.do("POST", s.path("/device/heartbeat"), onPhone.secret, nil), 409, "handoff_ended")
		status := e.desktop(s)
		require.Equal(
			t,
			[]any{nil, nil, false},
			[]any{status["active_device"], status["device_locked_at"], status["same_device_only"]},
		)
		e.clock.Advance(time.Minute)
	}
	e.submit(s, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
}

func TestDesktopSeesThePhoneAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	tag := e.do("GET", s.path("/status"), s.secret, nil).header.Get("ETag")
	waiting := e.await(s.path("/status?wait=25"), s.secret, "If-None-Match", tag)
	e.phone(s, "phone")
	require.Equal(t, "mobile", (<-waiting).object["active_device"])
}

func TestPhoneInAnotherCountryIsARisk(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	for address, risk := range map[string]any{
		"198.51.100.7": nil,
		"198.51.100.8": obj{
			"score": 40.0, "level": "medium", "signals": []any{"distant_device"}, "weights": obj{"distant_device": 40.0},
		},
		"192.0.2.1": nil,
	} {
		s := e.create(e.sandbox, e.workflow(e.sandbox, simple("document_capture")))
		minted := e.isOK(e.do("POST", s.path("/handoff"), s.secret, nil, from("198.51.100.7")...), 200).object
		body := obj{"token": minted["mobile_write_token"], "device_id": "phone"}
		e.isOK(e.do("POST", pathExchange, "", body, from(address)...), 200)
		require.Equal(t, risk, e.shown(e.sandbox, s)["risk"], address)
	}
}

func TestDeviceTokenOpensOnlyItsSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s, other := e.attest(), e.attest()
	onPhone := e.confirmed(s)
	e.isError(e.do("GET", other.path(""), onPhone.secret, nil), 404, "session_not_found")
	e.isError(e.do("GET", pathSessions+"/"+s.id, onPhone.secret, nil), 401, "api_key_invalid")
	claims := part(t, onPhone.secret, 1)
	require.NotContains(t, fmt.Sprint(claims), "phone")
}
