package rest

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

// errorKinds has the HTTP status and the type of every code.
var errorKinds = map[models.ErrorCode]errorKind{
	models.CodeParameterInvalid:         {http.StatusBadRequest, typeInvalidRequest},
	models.CodeCaptchaRequired:          {http.StatusBadRequest, typeInvalidRequest},
	models.CodeCaptchaInvalid:           {http.StatusBadRequest, typeInvalidRequest},
	models.CodeWebhookRequired:          {http.StatusBadRequest, typeInvalidRequest},
	models.CodeNoMatchingVP:             {http.StatusBadRequest, typeInvalidRequest},
	models.CodeVPTokenInvalid:           {http.StatusBadRequest, typeInvalidRequest},
	models.CodeEmailNotVerified:         {http.StatusBadRequest, typeInvalidRequest},
	models.CodeOTPNotProven:             {http.StatusBadRequest, typeInvalidRequest},
	models.CodeOTPInvalid:               {http.StatusBadRequest, typeInvalidRequest},
	models.CodeOTPExpired:               {http.StatusBadRequest, typeInvalidRequest},
	models.CodeOTPUnavailable:           {http.StatusConflict, typeInvalidRequest},
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
	models.CodeSessionNotRedeemable:     {http.StatusConflict, typeInvalidRequest},
	models.CodeSessionNotCancellable:    {http.StatusConflict, typeInvalidRequest},
	models.CodeSubmissionInProgress:     {http.StatusConflict, typeInvalidRequest},
	models.CodeReviewNotPending:         {http.StatusConflict, typeInvalidRequest},
	models.CodeReviewDecided:            {http.StatusConflict, typeInvalidRequest},
	models.CodeIdentityUnproven:         {http.StatusConflict, typeInvalidRequest},
	models.CodeMethodNotOffered:         {http.StatusConflict, typeInvalidRequest},
	models.CodeConsentRequired:          {http.StatusConflict, typeInvalidRequest},
	models.CodeGuardianUnproven:         {http.StatusConflict, typeInvalidRequest},
	models.CodeChallengeInvalid:         {http.StatusConflict, typeInvalidRequest},
	models.CodeTrustReuseUnavailable:    {http.StatusConflict, typeInvalidRequest},
	models.CodeUploadLimit:              {http.StatusConflict, typeInvalidRequest},
	models.CodeUploadOffset:             {http.StatusConflict, typeInvalidRequest},
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

// StatusOf returns the HTTP status of an error.
func StatusOf(public *models.Error) int { return errorKinds[public.Code].status }

// Fail answers a request with an error.
func (k *Kernel) Fail(g *gin.Context, err error) {
	public := PublicError(g.Request.Context(), k.log.With("request_id", RequestID(g), "route", RouteOf(g)), err)
	kind := errorKinds[public.Code]
	g.Abort()
	if g.Writer.Written() {
		return
	}
	setErrorHeaders(g, kind.status, public.RetryAfter)
	ans, err := refusal(kind.status, public, RequestID(g))
	if err != nil {
		k.log.Error("the error envelope could not be encoded, so the answer has no body",
			"request_id", RequestID(g), "error", err.Error())
	}
	ans.write(g)
}

// refusal returns the answer to a request that failed. The type of the error follows from its code.
func refusal(status int, public *models.Error, requestID string) (Answer, error) {
	var object errorObject
	e := &object.Error
	e.Type, e.Code, e.RequestID = errorKinds[public.Code].name, public.Code, requestID
	e.Message, e.Param = Spoken(public)
	return Reply(status, object)
}

// The longest message and parameter of an error, in characters. The message about a workflow lists all of its faults.
const (
	LongestErrorMessage = 4000
	longestErrorParam   = 400
)

// Spoken returns the message and the parameter of an error for the client, with text of the request made printable.
// Every error passes through here: errors of routes, of the live channel, and of handlers beside the API.
func Spoken(public *models.Error) (message string, param *string) {
	return models.Printable(public.Message, LongestErrorMessage), OrNull(models.Printable(public.Param, longestErrorParam))
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

// PublicError returns the error for the client of a request or of a message of the live channel. If it is not the
// client's fault, PublicError logs the cause: the client reads no more than the code. log has request_id and route.
func PublicError(ctx context.Context, log *slog.Logger, err error) *models.Error {
	public := publicError(err)
	if StatusOf(public) < http.StatusInternalServerError {
		return public
	}
	level := slog.LevelError
	if public.Code == models.CodeServiceUnavailable {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "api: a request failed, and was answered with the code", "code", public.Code, "error", err.Error())
	return public
}

// publicError returns a domain error unchanged, service_unavailable where a repeat of the request may succeed, and
// internal_error for the rest.
func publicError(err error) *models.Error {
	var domain *models.Error
	if errors.As(err, &domain) {
		if _, known := errorKinds[domain.Code]; known {
			return domain
		}
	}
	if errors.Is(err, sessions.ErrBusy) {
		return Unavailable("The session is changing too fast. Please try again")
	}
	if passing(err) {
		return Unavailable("The service cannot answer at the moment. Please try again")
	}
	return models.Errorf(models.CodeInternal, "An unexpected error occurred")
}

// Unavailable returns service_unavailable, with a Retry-After of one second.
func Unavailable(message string) *models.Error {
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
	return Unavailable("Not ready: " + strings.Join(messages, "; "))
}

// passing reports whether a repeat of the request may succeed: the database was unavailable, the row was busy, or the
// time of the request ran out.
func passing(err error) bool {
	causes := []error{
		store.ErrUnavailable, store.ErrRefused, sessions.ErrBusy, context.DeadlineExceeded, context.Canceled,
	}
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
