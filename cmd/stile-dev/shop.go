package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/stile-id/stile/examples/shop"
)

// shopListenDefault is the address of the example shop. With --json the shop is served only at a given address, because
// a script that reads the JSON expects organizations without webhook endpoints.
const shopListenDefault = "127.0.0.1:8090"

// demo is the example shop, which belongs to the sandbox organization; server is nil if it is not served.
type demo struct {
	server *http.Server
	url    string
}

// startShop serves the example shop at the address of the flags; "" serves none. If the default address is taken, it
// logs that and serves none.
func startShop(ctx context.Context, f flags, api string, c credentials) (demo, error) {
	if f.shopListen == "" || f.json && !f.shopGiven {
		return demo{}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.shopListen)
	if err != nil && !f.shopGiven {
		slog.Warn("stile-dev: the example shop is not served; --shop-listen gives it another address", "error", err.Error())
		return demo{}, nil
	}
	if err != nil {
		return demo{}, fmt.Errorf("--shop-listen: %w", err)
	}
	d := demo{url: "http://" + listener.Addr().String()}
	s, err := shop.New(ctx, shop.Options{
		API: api, PublicURL: d.url, SecretKey: c.SecretKey, Workflow: c.Workflow,
	})
	if err != nil {
		return demo{}, errors.Join(err, listener.Close())
	}
	d.server = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := d.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("stile-dev: the example shop failed; its orders are lost", "error", err.Error())
		}
	}()
	return d, nil
}

// Stop ends the shop, if it is served.
func (d demo) Stop() error {
	if d.server == nil {
		return nil
	}
	return d.server.Close()
}
