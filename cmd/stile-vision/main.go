// Command stile-vision reads pictures that users have sent: it decodes and measures them, in processes of their own,
// and decides nothing. `stile worker` and `stile serve` start it. It has no keys, no database and no network.
// `stile-vision models` installs the models that measure faces, `stile-vision evaluate` measures them on an operator's
// pictures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/stile-id/stile/internal/version"
	"github.com/stile-id/stile/vision/evaluate"
	"github.com/stile-id/stile/vision/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "stile-vision:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	first := ""
	if len(args) > 0 {
		first = args[0]
	}
	switch first {
	case "models":
		command := modelsCommand()
		command.SetArgs(args[1:])
		command.SetOut(os.Stdout)
		return command.ExecuteContext(ctx)
	case evaluate.Name:
		return evaluate.Main(ctx, args[1:], os.Stdout, os.Stderr)
	case "--version":
		_, err := fmt.Fprintln(os.Stdout, "stile-vision version", version.String())
		return err
	}
	return serve.Main(ctx, nil, args, os.Stdin, os.Stdout, os.Stderr)
}
