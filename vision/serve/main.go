package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/text"
)

// QueueDefault is the default number of requests that wait.
const QueueDefault = 16

// WorkersDefault is the default number of workers: one for each processor, up to four.
func WorkersDefault() int { return min(4, runtime.NumCPU()) }

// workerRole is the first argument of a worker.
const workerRole = "worker"

// Main is the program: a server, or one of its workers. Self are the arguments that lead to Main in this executable,
// and args those of Main. The server ends with ctx, and with --stdin when its input ends: the program that started it
// is gone then.
func Main(ctx context.Context, self, args []string, in io.Reader, out, errs io.Writer) error {
	return run(ctx, shipped, self, args, in, out, errs)
}

// workerSettings are what a server tells its workers in their arguments.
type workerSettings struct {
	memory                  int64 // bytes
	text, models, embedding string
}

// workerArguments is the number of arguments of a worker.
const workerArguments = 5

// arguments returns the arguments of a worker with the settings.
func (s workerSettings) arguments() []string {
	return []string{workerRole, strconv.FormatInt(s.memory, 10), s.text, s.models, s.embedding}
}

// parseWorker reads the arguments of a worker.
func parseWorker(args []string) (s workerSettings, err error) {
	if len(args) != workerArguments {
		return s, errors.New("a worker is started by stile-vision alone")
	}
	all := [workerArguments]string(args)
	s = workerSettings{text: all[2], models: all[3], embedding: all[4]}
	s.memory, err = strconv.ParseInt(all[1], 10, 64)
	return s, err
}

func run(ctx context.Context, open opener, self, args []string, in io.Reader, out, errs io.Writer) error {
	if len(args) > 0 && args[0] == workerRole {
		settings, err := parseWorker(args)
		if err != nil {
			return err
		}
		return workerProcess(ctx, settings, open, in, out)
	}
	f, err := parseFlags(args, errs)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if f.stdin {
		go func() {
			defer cancel()
			_, _ = io.Copy(io.Discard, in)
		}()
	}
	engine, err := text.NewEngine(ctx, f.worker.text)
	if err != nil {
		return fmt.Errorf("--text: %w", err)
	}
	f.worker.memory = f.options.Memory
	command, err := workerCommand(self, f.worker)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if f.quiet {
		level = slog.LevelWarn
	}
	f.options.Log = slog.New(slog.NewJSONHandler(errs, &slog.HandlerOptions{Level: level}))
	if engine == nil && f.worker.text != text.Off {
		f.options.Log.Warn("vision: tesseract is not installed, so printed text is not read: workflows refuse documents " +
			"unless their unread_text is pass or review")
	}
	return serve(ctx, f, command)
}

type flags struct {
	listen       string
	stdin, quiet bool
	options      Options
	worker       workerSettings
}

func parseFlags(args []string, errs io.Writer) (f flags, err error) {
	var memory int64
	set := flag.NewFlagSet("stile-vision", flag.ContinueOnError)
	set.SetOutput(errs)
	set.StringVar(&f.listen, "listen", "unix:/run/stile-vision/vision.sock",
		"unix:PATH of a socket, or host:port of the loopback")
	set.BoolVar(&f.stdin, "stdin", false, "end when the standard input ends")
	set.BoolVar(&f.quiet, "quiet", false, "log warnings and errors alone")
	set.StringVar(&f.worker.models, "models", "",
		"folder of the models that measure faces, as stile-vision models install fills it; faces are not measured without")
	set.StringVar(&f.worker.embedding, "embedding", vision.EmbeddingDefault,
		"model that compares faces: "+strings.Join(vision.EmbeddingSettings(), ", "))
	set.StringVar(&f.worker.text, "text", text.Auto,
		"path of the tesseract that reads the printed text; auto finds it on PATH, off reads none")
	set.IntVar(&f.options.Workers, "workers", WorkersDefault(), "pictures that are read at once, each in a process")
	set.IntVar(&f.options.Queue, "queue", QueueDefault, "requests that wait beside them")
	set.Int64Var(&memory, "memory", vision.MemoryDefault, "most memory of a worker, in MiB")
	set.DurationVar(&f.options.Time, "time", vision.TimeDefault, "most time of a picture")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	f.options.Memory = memory << 20
	switch {
	case set.NArg() > 0:
		return f, fmt.Errorf("unknown argument %q", set.Arg(0))
	case f.options.Workers < 1 || f.options.Workers > 64:
		return f, errors.New("--workers must be from 1 to 64")
	case f.options.Queue < 0 || f.options.Queue > 1024:
		return f, errors.New("--queue must be from 0 to 1024")
	case memory < vision.MemoryLeast || memory > 1<<20:
		return f, fmt.Errorf("--memory must be from %d to %d MiB", vision.MemoryLeast, 1<<20)
	case !slices.Contains(vision.EmbeddingSettings(), f.worker.embedding):
		return f, errors.New("--embedding must be one of " + strings.Join(vision.EmbeddingSettings(), ", "))
	case f.options.Time < time.Second || f.options.Time > time.Hour:
		return f, errors.New("--time must be from 1s to 1h")
	}
	return f, nil
}

// workerCommand returns the command of a worker: this executable, also after its file has been replaced.
func workerCommand(self []string, settings workerSettings) ([]string, error) {
	program := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return slices.Concat([]string{program}, self, settings.arguments()), nil
}

func serve(ctx context.Context, f flags, command []string) error {
	if err := confineServer(); err != nil {
		return fmt.Errorf("turn core dumps off: %w", err)
	}
	listener, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	s := newServer(ctx, f.options, command)
	defer s.pool.close()
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(f.options.Log.Handler(), slog.LevelDebug),
	}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen opens the listener of an address: a socket that its owner alone may open, in place of one that an earlier
// process has left, or a port of the loopback.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if path, unix := strings.CutPrefix(address, "unix:"); unix {
		if _, _, err := vision.ParseURL(address); err != nil {
			return nil, fmt.Errorf("--listen: the address %w", err)
		}
		if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
			_ = os.Remove(path)
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
		if err != nil {
			return nil, err
		}
		return listener, os.Chmod(path, 0o600)
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, errors.New("--listen must be unix:PATH, or an address of the loopback such as 127.0.0.1:8095")
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}
