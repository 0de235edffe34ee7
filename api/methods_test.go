package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// enrolling serves the method of methodtest as student.
func enrolling(m *methodtest.Enrolment) func(*api.Options) {
	return serving(shipped.Options{}, m.Method())
}

// enrolment creates a session of a live organization whose only method is student.
func enrolment(t *testing.T, adjust ...func(*api.Options)) (*env, session) {
	t.Helper()
	e := newEnv(t, append([]func(*api.Options){enrolling(&methodtest.Enrolment{})}, adjust...)...)
	e.subscribed()
	return e, e.create(e.live, e.workflow(e.live, simple("student")))
}

// subscribed gives the live organization the endpoint that its sessions need.
func (e *env) subscribed() {
	e.t.Helper()
	e.isOK(e.do("POST", pathEndpoints, e.live.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201)
}

// uploads sends a file for the next attempt at a method.
func (e *env) uploads(s session, method, content string, header ...string) answer {
	e.t.Helper()
	request := e.request(e.t.Context(), "POST", s.path("/uploads?method="+method), s.secret, nil, header...)
	file := e.requestOf(request, content)
	resp, err := e.client.Do(file)
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

// requestOf is the request with another body.
func (e *env) requestOf(request *http.Request, content string) *http.Request {
	e.t.Helper()
	body := strings.NewReader(content)
	file, err := http.NewRequestWithContext(request.Context(), request.Method, request.URL.String(), body)
	require.NoError(e.t, err)
	file.Header = request.Header
	return file
}

// uploaded is the id of an upload that is taken.
func (e *env) uploaded(s session, method, content string) string {
	e.t.Helper()
	return e.isOK(e.uploads(s, method, content), 201).object["id"].(string)
}

// begun begins an attempt and returns the id of the challenge.
func (e *env) begun(s session) string {
	e.t.Helper()
	return e.isOK(e.do("POST", s.path("/methods/student/begin"), s.secret, nil), 201).object["id"].(string)
}

// enrols submits to the method, which the document does not describe.
func (e *env) enrols(s session, challenge, photo string) answer {
	e.t.Helper()
	resp, err := e.unchecked.Do(e.request(e.t.Context(), "POST", s.path("/methods/student"), s.secret,
		obj{"challenge": challenge, "nonce": methodtest.Nonce, "photo": photo}))
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

// confirms is a school's reply to a challenge.
func (e *env) confirms(challenge, enrolled string) answer {
	e.t.Helper()
	resp, err := e.client.PostForm(e.url+"/v1/methods/student/confirm/"+challenge, url.Values{"enrolled": {enrolled}})
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

func TestUploadIsTypedByItsContent(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	shown := e.isOK(e.uploads(s, "student", methodtest.Photo, "Content-Type", "text/html"), 201).object
	require.Equal(t, "image/png", shown["media_type"])
	require.InDelta(t, len(methodtest.Photo), shown["size"], 0)
	for _, content := range []string{"", "<svg/>", "%PDF-1.7", `{"input": {}}`} {
		e.isError(e.uploads(s, "student", content, "Content-Type", "image/png"), 400, "parameter_invalid")
	}
	e.isError(e.uploads(s, "", methodtest.Photo), 400, "parameter_invalid", "method")
	e.isError(e.uploads(s, "magic", methodtest.Photo), 400, "parameter_invalid", "method")
	e.isError(e.uploads(s, "mdl", methodtest.Photo), 409, "method_not_offered")
	require.Equal(t, 1, e.rows()["uploads"])
	require.NotContains(t, e.log.String(), "Ada")
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t, func(o *api.Options) { o.Config.UploadMaxBytes, o.Config.UploadsPerAttempt = 1000, 3 })
	e.isError(e.uploads(s, "student", methodtest.Photo+strings.Repeat("x", 1000)), 413, "request_too_large")
	for range 3 {
		e.uploaded(s, "student", methodtest.Photo)
	}
	e.isError(e.uploads(s, "student", methodtest.Photo), 409, "upload_limit_reached")
	photo := e.uploaded(e.create(e.live, e.workflow(e.live, simple("student"))), "student", methodtest.Photo)
	e.isError(e.enrols(s, e.begun(s), photo), 400, "parameter_invalid", "photo")
}

func TestUploadMayBeLargerThanAnyOtherBody(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	large := methodtest.Photo + strings.Repeat("x", 8<<20-len(methodtest.Photo))
	require.InDelta(t, 8<<20, e.isOK(e.uploads(s, "student", large), 201).object["size"], 0)
	e.isError(e.uploads(s, "student", large+"x"), 413, "request_too_large")
	e.isError(e.do("POST", s.path("/methods/student"), s.secret, obj{"photo": large}), 413, "request_too_large")
}

func TestRepeatedUploadAndBeginAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	first := e.isOK(e.uploads(s, "student", methodtest.Photo, "Idempotency-Key", "photo"), 201)
	again := e.isOK(e.uploads(s, "student", methodtest.Photo, "Idempotency-Key", "photo"), 201)
	require.Equal(t, first.object, again.object)
	e.isError(e.uploads(s, "student", methodtest.Photo+"x", "Idempotency-Key", "photo"), 409, "idempotency_key_reuse")
	e.isError(e.uploads(s, "mdl", methodtest.Photo, "Idempotency-Key", "photo"), 409, "idempotency_key_reuse")
	e.isError(e.uploads(s, "student", methodtest.Photo, "Idempotency-Key", "photo", "Upload-Complete", "?0"), 409,
		"idempotency_key_reuse")
	spelled := e.do("POST", s.path("/uploads?method=%73tudent"), s.secret, methodtest.Photo, "Idempotency-Key", "photo")
	require.Equal(t, first.object, e.isOK(spelled, 201).object, "the same query in another spelling")
	begin := func() obj {
		return e.isOK(e.do("POST", s.path("/methods/student/begin"), s.secret, nil, "Idempotency-Key", "begin"), 201).object
	}
	require.Equal(t, begin(), begin())
	require.Equal(t, []int{1, 1}, []int{e.rows()["uploads"], e.rows()["method_challenges"]})
}

func TestUploadIsForTheDeviceThatHoldsTheSession(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	phone := e.confirmed(s)
	e.isError(e.uploads(s, "student", methodtest.Photo), 409, "session_locked_to_other_device")
	e.isError(e.do("POST", s.path("/methods/student/begin"), s.secret, nil), 409, "session_locked_to_other_device")
	e.uploaded(phone, "student", methodtest.Photo)
	e.begun(phone)
	e.isOK(e.do("POST", s.path("/device/release"), s.secret, nil), 200)
	e.isError(e.uploads(phone, "student", methodtest.Photo), 409, "handoff_ended")
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.live.secret, nil), 200)
	e.isError(e.uploads(s, "student", methodtest.Photo), 409, "session_terminal")
	require.Zero(t, e.rows()["uploads"], "they go with the session")
}

func TestViewTellsOfTheOpenChallengeOfTheCurrentAttempt(t *testing.T) {
	t.Parallel()
	toy := &methodtest.Enrolment{}
	e := newEnv(t, enrolling(toy))
	e.subscribed()
	s := e.create(e.live, e.workflow(e.live, simple("student")))
	waiting := func() any { return in(e.view(s), "methods", 0, "waiting") }
	require.Nil(t, waiting())
	e.begun(s)
	e.clock.Advance(time.Second)
	begun := e.isOK(e.do("POST", s.path("/methods/student/begin"), s.secret, nil), 201).object
	require.Equal(t, obj{
		"challenge": begun["id"], "expires_at": begun["expires_at"], "data": begun["data"],
	}, waiting(), "the newest")
	e.clock.Advance(10 * time.Minute)
	require.Nil(t, waiting(), "it has expired")

	toy.Once.Store(true)
	once := e.begun(s)
	require.Equal(t, once, in(waiting(), "challenge"))
	require.Nil(t, in(waiting(), "data"), "only the device that began has it")
	e.isOK(e.enrols(s, once, e.uploaded(s, "student", methodtest.Photo)), 202)
	require.Nil(t, waiting(), "the submission has used it up")
	e.judge(s, graph.OutcomeFailed, rules.ReasonUnreadable)
	require.Nil(t, waiting(), "another attempt is the current one")
	e.begun(s)
	require.NotNil(t, waiting())
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.live.secret, nil), 200)
	require.Nil(t, waiting(), "the session has ended")
}

func TestChallengeTakesOneSubmissionOfItsOwnAttempt(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	challenge, photo := e.begun(s), e.uploaded(s, "student", methodtest.Photo)
	other := e.create(e.live, e.workflow(e.live, simple("student")))
	foreign := e.enrols(other, challenge, e.uploaded(other, "student", methodtest.Photo))
	e.isError(foreign, 409, "challenge_invalid", "challenge")
	e.isError(e.enrols(s, "mch_none", photo), 409, "challenge_invalid", "challenge")
	first := e.isOK(e.enrols(s, challenge, photo), 202).object
	require.Equal(t, first["id"], e.isOK(e.enrols(s, challenge, photo), 202).object["id"], "a repeat finds the first")
	e.isError(e.enrols(s, e.begun(s), e.uploaded(s, "student", methodtest.Photo)), 409, "submission_in_progress")
	e.judge(s, graph.OutcomeFailed, rules.ReasonUnreadable)
	e.isError(e.enrols(s, challenge, photo), 409, "challenge_invalid", "challenge")
	require.Equal(t, 1, e.rows()["uploads"], "that of the other session")
	require.Zero(t, e.rows()["method_challenges"])
}

func TestExpiredChallengeTakesNoSubmissionAndNoReply(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(e *env, s session, challenge, photo string){
		"submission": func(e *env, s session, challenge, photo string) {
			e.isError(e.enrols(s, challenge, photo), 409, "challenge_invalid", "challenge")
		},
		"reply": func(e *env, _ session, challenge, _ string) {
			e.isError(e.confirms(challenge, "yes"), 409, "challenge_invalid")
		},
	} {
		e, s := enrolment(t)
		challenge, photo := e.begun(s), e.uploaded(s, "student", methodtest.Photo)
		e.clock.Advance(10 * time.Minute)
		use(e, s, challenge, photo)
		e.clock.Advance(-10 * time.Minute)
		use(e, s, challenge, photo) // a clock that is set back does not revive a refused challenge
		require.Zero(t, e.rows()["submissions"], name)
	}
}

func TestMethodWithoutAChallengeHasNothingToBegin(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	e.isError(e.do("POST", s.path("/methods/self_attestation/begin"), s.secret, nil), 400, "parameter_invalid", "method")
	e.isError(e.do("POST", s.path("/methods/magic/begin"), s.secret, nil), 404, "resource_missing", "method")
	e.isError(e.uploads(s, "self_attestation", methodtest.Photo), 400, "parameter_invalid", "method")
}

func TestReplyBecomesTheSubmissionOfItsChallenge(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	challenge := e.begun(s)
	e.isError(e.confirms(challenge, "no"), 400, "parameter_invalid", "enrolled")
	e.isError(e.confirms("mch_aaaaaaaaaaaaaaaaaaaaaaaa", "yes"), 404, "resource_missing")
	for _, path := range []string{
		"/v1/methods/student/deny/" + challenge, "/v1/methods/mdl/confirm/" + challenge, "/v1/methods/student/confirm",
		"/v1/methods/student/return/" + challenge, "/v1/methods/magic/confirm/" + challenge,
	} {
		e.isError(e.do("POST", path, "", nil), 404, "resource_missing")
	}
	damaged := "/v1/methods/student/return?state=" + url.QueryEscape("mch_\x00\xff")
	e.isError(e.do("GET", damaged, "", nil), 404, "resource_missing")
	asJSON := e.do("POST", "/v1/methods/student/confirm/"+challenge, "", obj{"enrolled": "yes"})
	e.isError(asJSON, 400, "parameter_invalid", "Content-Type")
	require.Zero(t, e.rows()["submissions"])

	told := len(e.temporal.all())
	require.Equal(t, "school", e.isOK(e.confirms(challenge, "yes"), 200).object["thanks"])
	require.Len(t, e.temporal.all(), told+1, "the run hears of it")
	e.isOK(e.confirms(challenge, "yes"), 200)
	require.Equal(t, 1, e.rows()["submissions"])
	require.Equal(t, "processing", in(e.view(s), "methods", 0, "status"))
	other := e.begun(s)
	e.isError(e.enrols(s, other, e.uploaded(s, "student", methodtest.Photo)), 409, "submission_in_progress")
	e.judge(s, graph.OutcomePassed)
	e.isError(e.confirms(challenge, "yes"), 404, "resource_missing")
	e.isError(e.confirms(other, "yes"), 404, "resource_missing")
}

func TestReplyReplacesTheStateOfItsChallenge(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	challenge := e.begun(s)
	before := e.isOK(e.do("GET", s.path("/status"), s.secret, nil), 200).header.Get("ETag")
	var group errgroup.Group
	for range 6 {
		group.Go(func() error { return e.abandon(t.Context(), "POST", "/v1/methods/student/note/"+challenge, "", nil) })
	}
	require.NoError(t, group.Wait())
	kept := e.isOK(e.do("POST", "/v1/methods/student/note/"+challenge+"?keep=1", "", nil), 200).object
	require.Equal(t, obj{"nonce": methodtest.Nonce, "notes": 7.0, "begun": 1.0}, kept, "no note is lost")
	require.NotEqual(t, before, e.isOK(e.do("GET", s.path("/status"), s.secret, nil), 200).header.Get("ETag"),
		"a page that waits reads the session anew")

	photo := e.uploaded(s, "student", methodtest.Photo)
	e.isOK(e.enrols(s, challenge, photo), 202)
	e.isError(e.do("POST", "/v1/methods/student/note/"+challenge, "", nil), 409, "challenge_invalid")
	e.isOK(e.enrols(s, challenge, photo), 202)
}

func TestUnavailableMethodIsShownWithItsReason(t *testing.T) {
	t.Parallel()
	toy := &methodtest.Enrolment{}
	e := newEnv(t, enrolling(toy))
	e.subscribed()
	workflow := e.workflow(e.live, simple("student", "self_attestation", "mdl"))
	alone := e.create(e.live, e.workflow(e.live, simple("student")))
	require.Equal(t, map[any]any{"student": "available", "self_attestation": "available"},
		offered(e.view(e.create(e.live, workflow))), "nothing serves mdl, and others do")

	reason := "the register of schools is not configured"
	toy.Down.Store(&reason)
	require.Equal(t, map[any]any{"self_attestation": "available"}, offered(e.view(e.create(e.live, workflow))))
	require.Equal(t, "unavailable", in(e.view(alone), "methods", 0, "status"))
	require.Equal(t, reason, in(e.view(alone), "methods", 0, "unavailable_reason"))
	require.Equal(t, map[any]any{"student": "unavailable", "mdl": "unavailable"},
		offered(e.view(e.create(e.live, e.workflow(e.live, simple("student", "mdl"))))), "any_of has no other member")
	for _, call := range []answer{
		e.do("POST", alone.path("/methods/student"), alone.secret, obj{"input": obj{}}),
		e.do("POST", alone.path("/methods/student/begin"), alone.secret, nil),
		e.uploads(alone, "student", methodtest.Photo),
	} {
		require.Contains(t, e.isError(call, 400, "parameter_invalid", "method")["message"], reason)
	}
	require.Contains(t, e.isOK(e.do("GET", "/readyz", "", nil), 200).object["methods"],
		obj{"method": "student", "status": "unavailable", "reason": reason})
	simulated := e.create(e.sandbox, e.workflow(e.sandbox, simple("student")))
	require.Equal(t, map[any]any{"student": "available"}, offered(e.view(simulated)), "a sandbox can simulate it")
	e.isOK(e.do("POST", simulated.path("/methods/student"), simulated.secret, obj{"simulate": "pass"}), 202)

	toy.Down.Store(nil)
	require.Equal(t, "available", in(e.view(alone), "methods", 0, "status"))
}

func TestPublishingWarnsOfMethodsThatNothingServes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, of := range []tenant{e.live, e.sandbox} {
		draft := e.isOK(e.do("POST", "/v1/workflows", of.secret, simple("mdl", "self_attestation", "document_capture")), 201)
		path := "/v1/workflows/" + draft.object["id"].(string)
		warned := func() string {
			return fmt.Sprint(e.isOK(e.do("POST", path+"/validate", of.secret, nil), 200).object["warnings"])
		}
		require.Contains(t, warned(), "mdl is not available")
		require.Contains(t, warned(), "document_capture is not available")
		require.NotContains(t, warned(), "self_attestation is not")
		e.connect(of, "document_capture", "https://documents.example/judge")
		require.NotContains(t, warned(), "document_capture is not available")
		published := e.isOK(e.do("POST", path+"/publish", of.secret, nil), 201).object
		require.Contains(t, fmt.Sprint(published["warnings"]), "mdl is not")
	}
}

func TestUploadsOfASubmissionGoToItsProvider(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.provided()
	front, back := e.uploaded(s, "document_capture", methodtest.Photo), e.uploaded(s, "document_capture", methodtest.Photo)
	path := s.path("/methods/document_capture")
	submit := func(uploads ...string) answer {
		return e.do("POST", path, s.secret, obj{"input": obj{"side": "both"}, "uploads": uploads})
	}
	e.isError(submit(front, front), 400, "parameter_invalid", "uploads")
	e.isError(submit(front, "upl_aaaaaaaaaaaaaaaaaaaaaaaa"), 400, "parameter_invalid", "uploads")
	e.isOK(submit(front, back), 202)
	require.JSONEq(t, fmt.Sprintf(`{"input":{"side":"both"},"uploads":["%s","%s"]}`, front, back), e.payloadOf(s, e.sandbox.org))
}

func TestTransferBecomesAnUpload(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.provided()
	ch, token := e.entered(s)
	content := methodtest.Photo + strings.Repeat("x", 2<<20)
	var messages []obj
	for at := 0; at < len(content); at += 60_000 {
		messages = append(messages, obj{
			"type": "data", "id": "m", "transfer": "photo", "method": "document_capture", "upload": true, "index": len(messages),
			"chunks": (len(content) + 59_999) / 60_000,
			"chunk":  base64.StdEncoding.EncodeToString([]byte(content[at:min(at+60_000, len(content))])),
		})
	}
	for _, message := range messages[:len(messages)-1] {
		require.Nil(t, ch.isAcked(message)["uploaded"])
	}
	mixed := obj{"upload": false}
	for name, value := range messages[len(messages)-1] {
		if name != "upload" {
			mixed[name] = value
		}
	}
	ch.isRefused(mixed, "parameter_invalid", "upload")
	last := ch.isAcked(messages[len(messages)-1])
	require.Equal(t, last, ch.isAcked(messages[len(messages)-1]), "a repeat finds the upload")
	upload := last["uploaded"].(obj)
	require.Equal(t, []any{"image/png", float64(len(content))}, []any{upload["media_type"], upload["size"]})
	require.Nil(t, last["attempt"])
	require.Equal(t, []int{1, 0}, []int{e.rows()["uploads"], e.rows()["transfer_chunks"]})
	phone := session{id: s.id, secret: token.(string)}
	e.isOK(e.do("POST", s.path("/methods/document_capture"), phone.secret,
		obj{"input": obj{}, "uploads": []any{upload["id"]}}), 202)
}
