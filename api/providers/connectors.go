package providers

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
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

func (hs *Handlers) createConnector(c *rest.Call) (rest.Answer, error) {
	var in connectorInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	method, err := in.method(hs.sessions.CheckConnectable)
	if err != nil {
		return rest.Answer{}, err
	}
	if in.URL == nil {
		return rest.Answer{}, rest.Missing("url")
	}
	edit, err := in.edit(c.Live(), hs.callbacks, hs.egress)
	if err != nil {
		return rest.Answer{}, err
	}
	connector := models.ProviderConnector{
		OrgID: c.Org().ID, Method: method, Mode: models.ConnectorSync, Status: models.ConnectorEnabled,
		TimeoutSeconds:         rest.Seconds(models.ConnectorTimeoutDefault),
		CallbackTimeoutSeconds: rest.Seconds(models.CallbackTimeoutDefault),
	}
	edit(&connector)
	connector, secret, err := hs.store.CreateConnector(c.Ctx, c.Actor(), connector)
	if err != nil {
		return rest.Answer{}, err
	}
	return replyWithSecret(http.StatusCreated, connector, secret)
}

func replyWithSecret(status int, connector models.ProviderConnector, secret string) (rest.Answer, error) {
	object := showConnector(connector)
	object.Secret = secret
	return rest.Reply(status, object)
}

func (hs *Handlers) listConnectors(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.Connectors(c.Ctx, c.Org().ID, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, showConnector)
}

func (hs *Handlers) getConnector(c *rest.Call) (rest.Answer, error) {
	connector, err := hs.store.Connector(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showConnector(connector))
}

// updateConnector replaces the fields that are given.
func (hs *Handlers) updateConnector(c *rest.Call) (rest.Answer, error) {
	var in connectorInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Method != nil {
		return rest.Answer{}, models.Invalid("method",
			"The method of a connector cannot change. Delete it and create another")
	}
	edit, err := in.edit(c.Live(), hs.callbacks, hs.egress)
	if err != nil {
		return rest.Answer{}, err
	}
	connector, err := hs.store.UpdateConnector(c.Ctx, c.Org().ID, c.Actor(), c.ID(), edit)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showConnector(connector))
}

// rotateConnectorSecret replaces the secret at once, on both ways.
func (hs *Handlers) rotateConnectorSecret(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	connector, secret, err := hs.store.RotateConnectorSecret(c.Ctx, c.Org().ID, c.Actor(), c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return replyWithSecret(http.StatusOK, connector, secret)
}

func (hs *Handlers) deleteConnector(c *rest.Call) (rest.Answer, error) {
	if err := hs.store.DeleteConnector(c.Ctx, c.Org().ID, c.Actor(), c.ID()); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, rest.DeletedObject{ID: c.ID(), Object: objectConnector, Deleted: true})
}
