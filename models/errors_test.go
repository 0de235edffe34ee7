package models_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

var errCause = errors.New("connection refused by 10.0.0.7")

func TestErrorKeepsItsCauseForTheLog(t *testing.T) {
	t.Parallel()
	err := &models.Error{Code: models.CodeServiceUnavailable, Message: "Please try again", Cause: errCause}
	require.Equal(t, "service_unavailable: connection refused by 10.0.0.7", err.Error())
	require.ErrorIs(t, err, errCause)
	require.NotContains(t, err.Message, "10.0.0.7")
	require.Equal(t, "session_terminal", models.Errorf(models.CodeSessionTerminal, "ended").Error())
}

func TestErrorsNameParameterAndFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want *models.Error }{
		{
			models.Errorf(models.CodeTestQuotaExceeded, "capped at %d", 500),
			&models.Error{Code: models.CodeTestQuotaExceeded, Message: "capped at 500"},
		},
		{
			models.Invalid("limit", "must be at most %d", 100),
			&models.Error{Code: models.CodeParameterInvalid, Param: "limit", Message: "must be at most 100"},
		},
		{
			models.Missing("event", "evt_1"),
			&models.Error{Code: models.CodeResourceMissing, Param: "id", Message: "No such event: 'evt_1'"},
		},
		{
			models.SessionNotFound("vks_1"),
			&models.Error{
				Code: models.CodeSessionNotFound, Param: "id", Message: "No such verification_session: 'vks_1'",
			},
		},
	} {
		require.Equal(t, c.want, c.got)
	}
}

func TestCodeIsFoundUnderWrapping(t *testing.T) {
	t.Parallel()
	domain := models.Invalid("limit", "must be a number")
	require.Equal(t, models.CodeParameterInvalid, models.CodeOf(domain))
	require.Equal(t, models.CodeParameterInvalid, models.CodeOf(fmt.Errorf("list: %w", domain)))
	require.Equal(t, models.CodeParameterInvalid, models.CodeOf(errors.Join(errCause, domain)))
	require.Equal(t, models.CodeInternal, models.CodeOf(errCause))
	require.Equal(t, models.CodeInternal, models.CodeOf(nil))
}

func TestExplanationIsThePublicMessage(t *testing.T) {
	t.Parallel()
	domain := &models.Error{Code: models.CodeParameterInvalid, Message: "Too long", Cause: errCause}
	require.EqualError(t, models.Explain(fmt.Errorf("create: %w", domain)), "Too long")
	require.Equal(t, errCause, models.Explain(errCause))
	require.NoError(t, models.Explain(nil))
}
