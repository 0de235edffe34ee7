package models

import "time"

// The defaults of settings that more than one process part knows. Package internal/config reads the settings from the
// environment, and docs/operations.md documents them.
const (
	APIPortDefault = "8080"

	SessionTTLDefault         = 24 * time.Hour
	ReviewTimeoutDefault      = 72 * time.Hour
	HandoffTokenTTLDefault    = 5 * time.Minute
	HandoffReuseWindowDefault = time.Minute
	DeviceIdleTimeoutDefault  = 2 * time.Minute
	SimulatedDelayDefault     = 5 * time.Second
	ProviderPatienceDefault   = 2 * time.Minute
	IdempotencyLeaseDefault   = time.Minute
	SweepIntervalDefault      = 2 * time.Second
	SweepAfterDefault         = 5 * time.Second
	SweepRecheckDefault       = 10 * time.Minute

	// EventRetentionDefault, HistoryRetentionDefault and AuditRetentionDefault are the ages at which events with their
	// deliveries, histories of sessions and audit entries are deleted.
	EventRetentionDefault   = 90 * 24 * time.Hour
	HistoryRetentionDefault = 400 * 24 * time.Hour
	AuditRetentionDefault   = 730 * 24 * time.Hour

	SandboxQuotaDefault  = 500 // sessions per calendar month
	EndpointLimitDefault = 50
	// LookupLimitDefault caps the lookups of persons by an organization per minute.
	LookupLimitDefault = 600

	// Requests per rolling minute.
	RateLimitSecretDefault      = 1000
	RateLimitPublishableDefault = 100
	RateLimitSessionDefault     = 300
	RateLimitAddressDefault     = 600
	RateLimitProviderDefault    = 6000

	UploadMaxBytesDefault      = 8 << 20
	UploadsPerAttemptDefault   = 12
	DatabaseConnectionsDefault = 20
	ListConcurrencyDefault     = 4
	WebhookConcurrencyDefault  = 16
	ProviderConcurrencyDefault = 64
)
