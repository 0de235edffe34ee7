package api

import (
	"net/http"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

type connectorObject struct {
	ID                     string                 `json:"id"`
	Object                 string                 `json:"object"`
	Method                 rules.Method           `json:"method"`
	Name                   *string                `json:"name"`
	URL                    string                 `json:"url"`
	Mode                   models.ConnectorMode   `json:"mode"`
	TimeoutSeconds         int                    `json:"timeout_seconds"`
	CallbackTimeoutSeconds int                    `json:"callback_timeout_seconds"`
	Status                 models.ConnectorStatus `json:"status"`
	Created                models.Timestamp       `json:"created"`
	Updated                models.Timestamp       `json:"updated"`
	Secret                 string                 `json:"secret,omitempty"` // only on create and rotate-secret
}

const objectConnector = "provider_connector"

func showConnector(c models.ProviderConnector) connectorObject {
	return connectorObject{
		ID: c.ID, Object: objectConnector, Method: c.Method, Name: c.Name, URL: c.URL, Mode: c.Mode,
		TimeoutSeconds: c.TimeoutSeconds, CallbackTimeoutSeconds: c.CallbackTimeoutSeconds, Status: c.Status,
		Created: c.Created, Updated: c.Updated,
	}
}

func (hs *providerHandlers) createConnector(c *call) (answer, error) {
	var in connectorInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	method, err := in.method()
	if err != nil {
		return answer{}, err
	}
	if in.URL == nil {
		return answer{}, missing("url")
	}
	edit, err := in.edit(c.live(), hs.callbacks, hs.egress)
	if err != nil {
		return answer{}, err
	}
	connector := models.ProviderConnector{
		OrgID: c.org().ID, Method: method, Mode: models.ConnectorSync, Status: models.ConnectorEnabled,
		TimeoutSeconds:         seconds(models.ConnectorTimeoutDefault),
		CallbackTimeoutSeconds: seconds(models.CallbackTimeoutDefault),
	}
	edit(&connector)
	connector, secret, err := hs.store.CreateConnector(c.ctx, c.actor(), connector)
	if err != nil {
		return answer{}, err
	}
	return replyWithSecret(http.StatusCreated, connector, secret)
}

func replyWithSecret(status int, connector models.ProviderConnector, secret string) (answer, error) {
	object := showConnector(connector)
	object.Secret = secret
	return reply(status, object)
}

func (hs *providerHandlers) listConnectors(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := hs.store.Connectors(c.ctx, c.org().ID, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showConnector)
}

func (hs *providerHandlers) getConnector(c *call) (answer, error) {
	connector, err := hs.store.Connector(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showConnector(connector))
}

// updateConnector replaces the fields that are given.
func (hs *providerHandlers) updateConnector(c *call) (answer, error) {
	var in connectorInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Method != nil {
		return answer{}, models.Invalid("method", "The method of a connector cannot change. Delete it and create another")
	}
	edit, err := in.edit(c.live(), hs.callbacks, hs.egress)
	if err != nil {
		return answer{}, err
	}
	connector, err := hs.store.UpdateConnector(c.ctx, c.org().ID, c.actor(), c.id(), edit)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showConnector(connector))
}

// rotateConnectorSecret replaces the secret at once, on both ways.
func (hs *providerHandlers) rotateConnectorSecret(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	connector, secret, err := hs.store.RotateConnectorSecret(c.ctx, c.org().ID, c.actor(), c.id())
	if err != nil {
		return answer{}, err
	}
	return replyWithSecret(http.StatusOK, connector, secret)
}

func (hs *providerHandlers) deleteConnector(c *call) (answer, error) {
	if err := hs.store.DeleteConnector(c.ctx, c.org().ID, c.actor(), c.id()); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, deletedObject{ID: c.id(), Object: objectConnector, Deleted: true})
}
