// Command stile-vision reads pictures that users have sent: it decodes and measures them, in processes of their own,
// and decides nothing. `stile worker` and `stile serve` start it. It has no keys, no database and no network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/stile-id/stile/vision/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := serve.Main(ctx, nil, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "stile-vision:", err)
		stop()
		os.Exit(1)
	}
}
