package temporaldev

import (
	"context"
	"fmt"
	"net"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// ui is the running web UI.
type ui struct {
	server *uiserver.Server
	url    string
}

// startUI returns when the UI answers. The UI's server ends the process if it cannot bind, so the caller has tried the
// endpoint.
func startUI(ctx context.Context, at, frontend endpoint, o Options) (*ui, error) {
	host := at.ip.String()
	if at.ip.To4() == nil {
		host = "[" + host + "]"
	}
	u := &ui{url: "http://" + at.hostPort(), server: uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                host,
		Port:                at.port,
		TemporalGRPCAddress: frontend.hostPort(),
		EnableUI:            true,
		DefaultNamespace:    o.Namespace,
		Codec:               uiconfig.Codec{Endpoint: o.CodecEndpoint},
		CORS:                uiconfig.CORS{CookieInsecure: true}, // there is no TLS
		DisableNewsFetch:    true,
		HideLogs:            true,
	}))}
	go func() {
		if err := u.server.Start(); err != nil {
			o.Logger.Error("the Temporal UI ended", "error", err)
		}
	}()
	if err := u.wait(ctx, at); err != nil {
		u.stop()
		return nil, fmt.Errorf("temporaldev: Temporal UI: %w", err)
	}
	return u, nil
}

func (u *ui) wait(ctx context.Context, at endpoint) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", at.hostPort())
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-retry.C:
		}
	}
}

func (u *ui) stop() { u.server.Stop() }
