package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// ConnectorMode says when a provider gives its verdict.
type ConnectorMode string

// The modes. A provider that may call back may answer at once all the same.
const (
	ConnectorSync     ConnectorMode = "sync"
	ConnectorCallback ConnectorMode = "callback"
)

// ConnectorStatus says whether a connector is in use.
type ConnectorStatus string

// The statuses of a connector.
const (
	ConnectorEnabled  ConnectorStatus = "enabled"
	ConnectorDisabled ConnectorStatus = "disabled"
)

// The times that a connector may be given.
const (
	ConnectorTimeoutDefault = 10 * time.Second
	ConnectorTimeoutMost    = 30 * time.Second
	CallbackTimeoutDefault  = time.Hour
	CallbackTimeoutLeast    = time.Minute
	CallbackTimeoutMost     = 24 * time.Hour
)

// ProviderConnector is the way to whoever judges a method for an organization.
type ProviderConnector struct {
	ID     string `gorm:"primaryKey"`
	OrgID  string
	Method rules.Method
	Name   *string
	URL    string
	Mode   ConnectorMode
	// TimeoutSeconds is how long the provider may take to answer a request, CallbackTimeoutSeconds how long a verdict
	// may take that comes by callback.
	TimeoutSeconds         int
	CallbackTimeoutSeconds int
	Status                 ConnectorStatus
	SecretSealed           string
	// RotationID names the last rotation of the secret, so that a repeat of its request is known.
	RotationID string
	Deleted    bool
	Created    Timestamp
	Updated    Timestamp
}

// TableName names the table for gorm.
func (ProviderConnector) TableName() string { return "provider_connectors" }

// InUse reports whether submissions go this way, and verdicts are taken from there.
func (c ProviderConnector) InUse() bool { return c.Status == ConnectorEnabled && !c.Deleted }

// Timeout is how long the provider may take to answer a request.
func (c ProviderConnector) Timeout() time.Duration {
	return time.Duration(c.TimeoutSeconds) * time.Second
}

// CallbackTimeout is how long a verdict may take that comes by callback.
func (c ProviderConnector) CallbackTimeout() time.Duration {
	return time.Duration(c.CallbackTimeoutSeconds) * time.Second
}

// Label is what results call the provider.
func (c ProviderConnector) Label() string {
	if c.Name != nil {
		return *c.Name
	}
	return c.ID
}
