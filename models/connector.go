package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// ConnectorMode is the way in which a provider gives its verdict.
type ConnectorMode string

// The modes. A provider in callback mode may also give its verdict in the first answer.
const (
	ConnectorSync     ConnectorMode = "sync"
	ConnectorCallback ConnectorMode = "callback"
)

// ConnectorStatus is the status of a connector.
type ConnectorStatus string

// The statuses of a connector.
const (
	ConnectorEnabled  ConnectorStatus = "enabled"
	ConnectorDisabled ConnectorStatus = "disabled"
)

// The limits of a connector's times.
const (
	ConnectorTimeoutDefault = 10 * time.Second
	ConnectorTimeoutMost    = 30 * time.Second
	CallbackTimeoutDefault  = time.Hour
	CallbackTimeoutLeast    = time.Minute
	CallbackTimeoutMost     = 24 * time.Hour
)

// ProviderConnector is an organization's connection to the provider that judges a method.
type ProviderConnector struct {
	ID     string `gorm:"primaryKey"`
	OrgID  string
	Method rules.Method
	Name   *string
	URL    string
	Mode   ConnectorMode
	// TimeoutSeconds is the time that the provider has to answer a request, CallbackTimeoutSeconds the time that it has
	// to send a verdict by callback.
	TimeoutSeconds         int
	CallbackTimeoutSeconds int
	Status                 ConnectorStatus
	SecretSealed           string
	// RotationID is the id of the last rotation of the secret. A repeated request is recognized by it.
	RotationID string
	Deleted    bool
	Created    Timestamp
	Updated    Timestamp
}

// TableName names the table for gorm.
func (ProviderConnector) TableName() string { return "provider_connectors" }

// InUse reports whether submissions are sent to the provider and its verdicts are accepted.
func (c ProviderConnector) InUse() bool { return c.Status == ConnectorEnabled && !c.Deleted }

// Timeout returns the time that the provider has to answer a request.
func (c ProviderConnector) Timeout() time.Duration {
	return time.Duration(c.TimeoutSeconds) * time.Second
}

// CallbackTimeout returns the time that the provider has to send a verdict by callback.
func (c ProviderConnector) CallbackTimeout() time.Duration {
	return time.Duration(c.CallbackTimeoutSeconds) * time.Second
}

// Label returns the name of the provider in results: the connector's name, or else its id.
func (c ProviderConnector) Label() string {
	if c.Name != nil {
		return *c.Name
	}
	return c.ID
}
