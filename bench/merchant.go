package main

import (
	"context"
	"net/http"
	"time"
)

// merchant is an organization that is subscribed only to verification_session.verified. It and its users share a
// client.
type merchant struct {
	*tenant
	endpoint         string
	verified, tested *arrivals
	close            func()
}

func newMerchant(ctx context.Context, s *stile, clients int) (*merchant, error) {
	m := &merchant{verified: newArrivals(), tested: newArrivals()}
	transport := &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients}
	receiver := newReceiver(m.verified, m.tested)
	m.close = func() { transport.CloseIdleConnections(); receiver.Close() }
	if err := m.join(ctx, s, &http.Client{Transport: transport, Timeout: patience}, receiver.URL); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *merchant) join(ctx context.Context, s *stile, client *http.Client, receiver string) (err error) {
	if m.tenant, err = newTenant(ctx, s, client); err != nil {
		return err
	}
	m.endpoint, err = m.subscribe(ctx, receiver)
	return err
}

// publish creates and publishes a workflow and returns its id.
func (m *merchant) publish(ctx context.Context, definition object) (string, error) {
	var workflow struct {
		ID string `json:"id"`
	}
	if err := m.post(ctx, m.secret, "/v1/workflows", definition, &workflow); err != nil {
		return "", err
	}
	return workflow.ID, m.post(ctx, m.secret, "/v1/workflows/"+workflow.ID+"/publish", nil, nil)
}

// verify runs one session from its creation to the webhook of its verification and returns the duration.
func (m *merchant) verify(ctx context.Context, workflow string) (time.Duration, error) {
	began := time.Now()
	session, err := m.create(ctx, workflow)
	if err != nil {
		return 0, err
	}
	verified := m.verified.expect(session.ID)
	if err := m.attest(ctx, session); err != nil {
		return 0, err
	}
	err = await(ctx, verified, session.ID)
	return time.Since(began), err
}

// deliver runs one test of the endpoint from its request to its arrival and returns the duration.
func (m *merchant) deliver(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	event, err := m.test(ctx, m.endpoint)
	if err != nil {
		return 0, err
	}
	err = await(ctx, m.tested.expect(event), event)
	return time.Since(began), err
}
