// Command bench measures the cost of sessions and deliveries, as ratios to bare Temporal workflows, between graphs, and
// next to receivers that hang; of a compliance check and a risk score, as ratios to gin routes; of phones that hold
// sessions by live channels; of returning users; of calls as rows grow; of the verification of wallet credentials, as
// ratios to packages for Node.js, and of passport chips, beside BouncyCastle; of the models of faces, beside
// TensorFlow.js; and of the reading of photographed documents, with its accuracy. All of it runs on one machine in one
// run. It is not a test: a slow result is no failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stile-id/stile/worker"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// options select the measurements.
type options struct {
	// rounds is the number of turns of both sides of a comparison, sessions the number of runs in each, clients the
	// number of concurrent clients.
	rounds, sessions, clients int
	// requests is the number of requests per side and round, in comparisons of requests.
	requests int
	// hasty signals at once, instead of when the run waits for the signal.
	hasty bool
	// barePollers is the number of workflow task pollers of the bare side.
	barePollers int
	// backlog is the number of attempts due at each endpoint that hangs.
	backlog int
	// sockets is the number of phones that hold a session at once; quiet is how long the database is watched meanwhile.
	sockets int
	// opened is the number of sessions that stay open while memory is measured.
	opened int
	quiet  time.Duration
	// few and many are the numbers of sessions of the two organizations in the comparison of growth.
	few, many int
	// specimens is the number of documents of each type that are photographed in each circumstance.
	specimens uint
	// only names the comparisons to make; empty means all.
	only []string
	// visibility is a file of SQL for Temporal's visibility database; "" means none.
	visibility string
	// cpuProfile is a file for a CPU profile; "" writes none.
	cpuProfile string
}

func parseOptions(args []string, help io.Writer) (options, error) {
	var o options
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(help)
	set.IntVar(&o.rounds, "rounds", 5, "how often both sides of a comparison take their turn")
	set.IntVar(&o.sessions, "sessions", 128, "runs per side and round")
	set.IntVar(&o.requests, "requests", 32768, "requests per side and round of the comparisons of requests")
	set.IntVar(&o.clients, "clients", 32, "clients at a time")
	set.BoolVar(
		&o.hasty,
		"hasty",
		false,
		"signal at once, not when the timer runs: the first workflow task then does the work of two",
	)
	set.IntVar(
		&o.barePollers,
		"bare-pollers",
		worker.TaskPollers,
		"pollers for the workflow tasks of the bare side, by default as many as Stile has; the SDK's default is 2",
	)
	set.IntVar(&o.backlog, "backlog", 4, "attempts due at each of the endpoints that hang")
	set.IntVar(&o.sockets, "sockets", 2000, "live channels that are open while handoffs are measured")
	set.IntVar(&o.opened, "open", 10_000, "sessions of the comparison of open sessions")
	set.DurationVar(
		&o.quiet,
		"quiet",
		2*time.Minute,
		"how long the database is watched while channels are open and nothing happens",
	)
	set.IntVar(&o.few, "few", 10_000, "sessions of the small side of growth")
	set.IntVar(&o.many, "many", 1_000_000, "sessions of the large side of growth")
	set.UintVar(&o.specimens, "specimens", 1, "documents of each type and circumstance of the comparison of documents")
	set.Func(
		"only",
		"make these comparisons alone, for example \"deliveries,hanging\"; there are "+strings.Join(names(), ", "),
		o.choose,
	)
	set.StringVar(&o.visibility, "visibility", "",
		"run this file in Temporal's visibility database first, for example deploy/temporal/visibility.sql")
	set.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile to this file")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if min(o.few, o.many) < 1000 {
		return o, errors.New("-few and -many must be 1000 at least")
	}
	if min(o.rounds, o.sessions, o.requests, o.clients, o.backlog) < 1 || o.specimens < 1 || o.barePollers < 2 ||
		o.sockets < few || o.opened < 1 || o.quiet <= 0 {
		return o, errors.New("-rounds, -sessions, -requests, -clients, -backlog, -specimens, -open and -quiet must be " +
			"above 0, -bare-pollers above 1, -sockets above 3")
	}
	return o, nil
}

func (o *options) choose(list string) error {
	o.only = strings.Split(list, ",")
	for _, name := range o.only {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("there is no comparison %q", name)
		}
	}
	return nil
}

func (o options) wants(m measurement) bool {
	return len(o.only) == 0 && !m.asked || slices.Contains(o.only, m.name)
}

func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	o, err := parseOptions(args, progress)
	if err != nil {
		return err
	}
	if o.cpuProfile != "" {
		file, err := os.Create(o.cpuProfile)
		if err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
	}
	results, err := compareAll(ctx, o, progress)
	if len(results) == 0 {
		return err
	}
	return errors.Join(err, report(out, o, results))
}
