// Command run serves the example shop against a Stile that runs elsewhere: STILE_API, STILE_API_KEY (secret) and
// STILE_WORKFLOW name it. The shop listens on the address of the one argument, 127.0.0.1:8090 unless given.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/stile-id/stile/examples/shop"
)

func main() {
	listen := "127.0.0.1:8090"
	if len(os.Args) > 1 {
		listen = os.Args[1]
	}
	if err := serve(context.Background(), listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, listen string) error {
	s, err := shop.New(ctx, shop.Options{
		API: os.Getenv("STILE_API"), SecretKey: os.Getenv("STILE_API_KEY"), Workflow: os.Getenv("STILE_WORKFLOW"),
		PublicURL: "http://" + listen,
	})
	if err != nil {
		return err
	}
	slog.Info("the shop is served", "at", "http://"+listen)
	server := &http.Server{Addr: listen, Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}
