package api

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// The four types of the documentation.
const (
	typeInvalidRequest = "invalid_request_error"
	typeAuthentication = "authentication_error"
	typeRateLimit      = "rate_limit_error"
	typeAPI            = "api_error"
)

type errorKind struct {
	status int
	name   string
}

// errorKinds is the one place that says what a code means over HTTP.
var errorKinds = map[models.ErrorCode]errorKind{
	models.CodeParameterInvalid:         {http.StatusBadRequest, typeInvalidRequest},
	models.CodeCaptchaRequired:          {http.StatusBadRequest, typeInvalidRequest},
	models.CodeWebhookRequired:          {http.StatusBadRequest, typeInvalidRequest},
	models.CodeNoMatchingVP:             {http.StatusBadRequest, typeInvalidRequest},
	models.CodeVPTokenInvalid:           {http.StatusBadRequest, typeInvalidRequest},
	models.CodeAPIKeyInvalid:            {http.StatusUnauthorized, typeAuthentication},
	models.CodeSignatureInvalid:         {http.StatusUnauthorized, typeAuthentication},
	models.CodeDeliveryNotFailed:        {http.StatusConflict, typeInvalidRequest},
	models.CodeEndpointDisabled:         {http.StatusConflict, typeInvalidRequest},
	models.CodeEndpointLimit:            {http.StatusConflict, typeInvalidRequest},
	models.CodeRotationInProgress:       {http.StatusConflict, typeInvalidRequest},
	models.CodeVerdictGiven:             {http.StatusConflict, typeInvalidRequest},
	models.CodeTestQuotaExceeded:        {http.StatusPaymentRequired, typeInvalidRequest},
	models.CodePublishableKeyScope:      {http.StatusForbidden, typeAuthentication},
	models.CodePublishableCreateBlocked: {http.StatusForbidden, typeAuthentication},
	models.CodeResourceMissing:          {http.StatusNotFound, typeInvalidRequest},
	models.CodeSessionNotFound:          {http.StatusNotFound, typeInvalidRequest},
	models.CodeMethodNotAllowed:         {http.StatusMethodNotAllowed, typeInvalidRequest},
	models.CodeSessionTerminal:          {http.StatusConflict, typeInvalidRequest},
	models.CodeSessionNotCancellable:    {http.StatusConflict, typeInvalidRequest},
	models.CodeSubmissionInProgress:     {http.StatusConflict, typeInvalidRequest},
	models.CodeReviewNotPending:         {http.StatusConflict, typeInvalidRequest},
	models.CodeReviewDecided:            {http.StatusConflict, typeInvalidRequest},
	models.CodeIdentityUnproven:         {http.StatusConflict, typeInvalidRequest},
	models.CodeMethodNotOffered:         {http.StatusConflict, typeInvalidRequest},
	models.CodeConsentRequired:          {http.StatusConflict, typeInvalidRequest},
	models.CodeSessionLocked:            {http.StatusConflict, typeInvalidRequest},
	models.CodeHandoffDisabled:          {http.StatusConflict, typeInvalidRequest},
	models.CodeOriginNotAllowed:         {http.StatusForbidden, typeInvalidRequest},
	models.CodeHandoffTokenInvalid:      {http.StatusUnauthorized, typeAuthentication},
	models.CodeHandoffTokenExpired:      {http.StatusGone, typeInvalidRequest},
	models.CodeHandoffTokenConsumed:     {http.StatusConflict, typeInvalidRequest},
	models.CodeHandoffEnded:             {http.StatusConflict, typeInvalidRequest},
	models.CodeHandoffNotConfirmed:      {http.StatusConflict, typeInvalidRequest},
	models.CodeIdempotencyKeyReuse:      {http.StatusConflict, typeInvalidRequest},
	models.CodeRequestTooLarge:          {http.StatusRequestEntityTooLarge, typeInvalidRequest},
	models.CodeRequestTimeout:           {http.StatusRequestTimeout, typeInvalidRequest},
	models.CodeUpgradeRequired:          {http.StatusUpgradeRequired, typeInvalidRequest},
	models.CodeHeadersTooLarge:          {http.StatusRequestHeaderFieldsTooLarge, typeInvalidRequest},
	models.CodeHTTPUnsupported:          {http.StatusNotImplemented, typeInvalidRequest},
	models.CodeUseCaseProhibited:        {http.StatusUnprocessableEntity, typeInvalidRequest},
	models.CodeJurisdictionUnresolvable: {http.StatusUnprocessableEntity, typeInvalidRequest},
	models.CodeRateLimitExceeded:        {http.StatusTooManyRequests, typeRateLimit},
	models.CodeAcceptExistingLimited:    {http.StatusTooManyRequests, typeRateLimit},
	models.CodeInternal:                 {http.StatusInternalServerError, typeAPI},
	models.CodeServiceUnavailable:       {http.StatusServiceUnavailable, typeAPI},
}

type errorObject struct {
	Error struct {
		Type      string           `json:"type"`
		Code      models.ErrorCode `json:"code"`
		Message   string           `json:"message"`
		Param     *string          `json:"param"` // null where no parameter is at fault
		RequestID string           `json:"request_id"`
	} `json:"error"`
}

// statusOf returns the HTTP status of an error.
func statusOf(public *models.Error) int { return errorKinds[public.Code].status }

// fail answers a request with an error.
func (k *Kernel) fail(g *gin.Context, err error) {
	public := publicError(err)
	kind := errorKinds[public.Code]
	if kind.status >= http.StatusInternalServerError {
		level := slog.LevelError
		if public.Code == models.CodeServiceUnavailable {
			level = slog.LevelWarn
		}
		k.log.Log(g.Request.Context(), level, "api: a request failed, and was answered with the code",
			"request_id", requestID(g), "route", routeOf(g), "code", public.Code, "error", err.Error())
	}
	g.Abort()
	if g.Writer.Written() {
		return
	}
	setErrorHeaders(g, kind.status, public.RetryAfter)
	ans, err := refusal(kind.status, public, requestID(g))
	if err != nil {
		k.log.Error("the error envelope could not be encoded, so the answer has no body",
			"request_id", requestID(g), "error", err.Error())
	}
	ans.write(g)
}

// refusal is the answer to a request that failed, in the form of all of them. The type follows from the error's code.
func refusal(status int, public *models.Error, requestID string) (answer, error) {
	var object errorObject
	e := &object.Error
	e.Type, e.Code, e.RequestID = errorKinds[public.Code].name, public.Code, requestID
	e.Message, e.Param = spoken(public)
	return reply(status, object)
}

// The longest message and parameter of an error, in characters. What a message repeats is shorter by itself; a workflow
// can have many faults.
const (
	longestErrorMessage = 4000
	longestErrorParam   = 400
)

// spoken is what a client reads of an error, with whatever it repeats of the request made printable. Every error passes
// through here: those of routes, of the live channel, and of what is served beside the API.
func spoken(public *models.Error) (message string, param *string) {
	return models.Printable(public.Message, longestErrorMessage), orNull(models.Printable(public.Param, longestErrorParam))
}

func setErrorHeaders(g *gin.Context, status int, retryAfter time.Duration) {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds := max(1, int(math.Ceil(retryAfter.Seconds())))
		g.Header("Retry-After", strconv.Itoa(seconds))
	case http.StatusUnauthorized:
		g.Header("WWW-Authenticate", "Bearer")
	}
}

// publicError is what the client may know of err: a domain error as it is, of the rest only whether it will pass.
func publicError(err error) *models.Error {
	var domain *models.Error
	if errors.As(err, &domain) {
		if _, known := errorKinds[domain.Code]; known {
			return domain
		}
	}
	if errors.Is(err, sessions.ErrBusy) {
		return unavailable("The session is changing too fast. Please try again")
	}
	if passing(err) {
		return unavailable("The service cannot answer at the moment. Please try again")
	}
	return models.Errorf(models.CodeInternal, "An unexpected error occurred")
}

func unavailable(message string) *models.Error {
	return &models.Error{Code: models.CodeServiceUnavailable, Message: message, RetryAfter: time.Second}
}

// NotReady logs each fault with its cause, and returns the error for the client, whose message names every part.
func NotReady(log *slog.Logger, component string, faults []store.Fault) *models.Error {
	messages := make([]string, 0, len(faults))
	for _, fault := range faults {
		log.Warn(component+": not ready, so load balancers should send nothing here",
			"part", fault.Part, "fault", fault.Message, "error", fault.Err.Error())
		messages = append(messages, fault.Part+" "+fault.Message)
	}
	return unavailable("Not ready: " + strings.Join(messages, "; "))
}

// passing reports whether a repeat of the request may succeed: the database was unavailable, the row was busy, or the
// time of the request ran out.
func passing(err error) bool {
	causes := []error{
		store.ErrUnavailable, store.ErrRefused, sessions.ErrBusy, context.DeadlineExceeded, context.Canceled,
	}
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
