package config_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/mail"
)

func read(variables map[string]string) (config.Config, error) {
	return config.Read(func(name string) string { return variables[name] })
}

func TestInvalidValueNamesItsVariable(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"STILE_SESSION_TTL":            "a day",
		"STILE_WEBHOOK_TIMEOUT":        "-1s",
		"STILE_WEBHOOK_RETRY_SCHEDULE": "5m,never",
		"STILE_IDEMPOTENCY_LEASE":      "0s",
		"STILE_EVENT_RETENTION":        "90",
		"STILE_HISTORY_RETENTION":      "60m",
		"STILE_AUDIT_RETENTION":        "0s",
		"STILE_SANDBOX_QUOTA":          "0",
		"STILE_WEBHOOK_ENDPOINTS":      "0",
		"STILE_RATE_LIMIT_SECRET":      "many",
		"STILE_WEBHOOK_CONCURRENCY":    "0",
		"STILE_LIST_CONCURRENCY":       "0",
		"STILE_PROVIDER_CONCURRENCY":   "-1",
		"STILE_LOG_LEVEL":              "loud",
		"STILE_API_URL":                "id.example.com",
		"STILE_VERIFY_URL":             "https://id.example.com/verify?x=1",
		"STILE_EGRESS_ALLOW":           "10.0.0.1",
		"STILE_EGRESS_PROXY":           "proxy:3128",
		"STILE_TURNSTILE_URL":          "challenges.example",
		"STILE_SMTP_URL":               "mail.example.com",
		"STILE_MAIL_FROM":              "verify",
		"TEMPORAL_TLS":                 "perhaps",
		"OTEL_EXPORTER_OTLP_ENDPOINT":  "collector:4318",
		"OTEL_EXPORTER_OTLP_HEADERS":   "a=%zz",
		"STILE_TRACE_RATIO":            "1.5",
		"STILE_VISION_URL":             "http://vision.example.com:8095",
		"STILE_VISION_TEXT":            "tesseract",
		"STILE_VISION_MODELS":          "models",
		"STILE_VISION_EMBEDDING":       "best",
		"STILE_VISION_WORKERS":         "0",
		"STILE_VISION_MEMORY":          "64",
		"STILE_VISION_TIMEOUT":         "1ms",
		"STILE_WORKER_BUILD_ID":        "1.5.0:2",
	} {
		_, err := read(map[string]string{name: value})
		require.ErrorContains(t, err, name)
	}
}

func TestTracingIsRead(t *testing.T) {
	t.Parallel()
	given := map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/", "STILE_TRACE_RATIO": "0.25",
		"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20abc, x-scope = stile",
	}
	c, err := config.Read(func(name string) string { return given[name] })
	require.NoError(t, err)
	require.Equal(t, "http://collector:4318", c.TraceEndpoint)
	require.Equal(t, map[string]string{"authorization": "Basic abc", "x-scope": "stile"}, c.TraceHeaders)
	require.InDelta(t, 0.25, c.TraceRatio, 0)
	require.Equal(t, "stile", c.TraceService)
}

func TestFaultOfATraceHeaderDoesNotShowIt(t *testing.T) {
	t.Parallel()
	_, err := config.Read(func(name string) string {
		return map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "secret-without-a-name"}[name]
	})
	require.ErrorContains(t, err, "OTEL_EXPORTER_OTLP_HEADERS")
	require.NotContains(t, err.Error(), "secret")
}

func TestRetentionCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	c, err := read(map[string]string{
		"STILE_EVENT_RETENTION": "off", "STILE_HISTORY_RETENTION": "off", "STILE_AUDIT_RETENTION": "24h",
	})
	require.NoError(t, err)
	require.Zero(t, c.EventRetention)
	require.Zero(t, c.HistoryRetention)
	require.Equal(t, 24*time.Hour, c.AuditRetention)
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := read(map[string]string{"STILE_SESSION_TTL": "x", "STILE_SANDBOX_QUOTA": "x"})
	require.ErrorContains(t, err, "STILE_SESSION_TTL")
	require.ErrorContains(t, err, "STILE_SANDBOX_QUOTA")
}

func TestRequireNamesMissingVariables(t *testing.T) {
	t.Parallel()
	c, err := read(map[string]string{"DATABASE_URL": "sqlite:x"})
	require.NoError(t, err)
	require.NoError(t, c.Require("DATABASE_URL"))
	require.ErrorContains(t, c.Require("DATABASE_URL", "STILE_LOOKUP_KEY"), "STILE_LOOKUP_KEY")
}

func TestAnAPIKeyTurnsTLSOn(t *testing.T) {
	t.Parallel()
	c, err := read(nil)
	require.NoError(t, err)
	require.False(t, c.TemporalTLS)
	c, err = read(map[string]string{"TEMPORAL_API_KEY": "secret"})
	require.NoError(t, err)
	require.True(t, c.TemporalTLS)
}

func TestGeoIPFilesAreOptional(t *testing.T) {
	t.Parallel()
	c, err := read(nil)
	require.NoError(t, err)
	require.Empty(t, c.GeoIPDB)
	c, err = read(map[string]string{"STILE_GEOIP_DB": "/geoip/GeoLite2-City.mmdb"})
	require.NoError(t, err)
	require.Equal(t, []string{"/geoip/GeoLite2-City.mmdb"}, c.GeoIPDB)
	c, err = read(map[string]string{"STILE_GEOIP_DB": "/geoip/ipv4.mmdb, /geoip/ipv6.mmdb"})
	require.NoError(t, err)
	require.Equal(t, []string{"/geoip/ipv4.mmdb", "/geoip/ipv6.mmdb"}, c.GeoIPDB)
}

func TestEgressIsRead(t *testing.T) {
	t.Parallel()
	c, err := read(map[string]string{
		"STILE_EGRESS_ALLOW": "10.1.2.3/16, fd00::/8", "STILE_EGRESS_PROXY": "http://proxy:3128",
	})
	require.NoError(t, err)
	require.Equal(
		t,
		[]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")},
		c.EgressAllow,
	)
	require.Equal(t, "proxy:3128", c.EgressProxy.Host)
	c, err = read(nil)
	require.NoError(t, err)
	require.Nil(t, c.EgressProxy)
	require.Empty(t, c.EgressAllow)
}

func TestMailServerIsReadAndNeedsASender(t *testing.T) {
	t.Parallel()
	c, err := read(nil)
	require.NoError(t, err)
	require.Nil(t, c.SMTP)
	c, err = read(map[string]string{
		"STILE_SMTP_URL": "smtps://stile:secret@mail.example.com", "STILE_MAIL_FROM": "Stile <verify@id.example.com>",
	})
	require.NoError(t, err)
	require.Equal(t, &mail.Server{
		Host: "mail.example.com", Port: 465, Security: mail.ImplicitTLS, User: "stile", Password: "secret",
	}, c.SMTP)
	require.Equal(t, "verify@id.example.com", c.MailFrom)
	_, err = read(map[string]string{"STILE_SMTP_URL": "smtp://mail.example.com"})
	require.ErrorContains(t, err, "STILE_MAIL_FROM")
	_, err = read(map[string]string{"STILE_SMTP_URL": "smtp://stile:secret@mail.example.com?tls=off"})
	require.ErrorContains(t, err, "STILE_SMTP_URL")
	require.NotContains(t, err.Error(), "secret")
}
