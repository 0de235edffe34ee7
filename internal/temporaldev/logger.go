package temporaldev

import (
	"context"
	"log/slog"
	"slices"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// logger passes Temporal's warnings and errors to slog and drops the rest: at level info the server writes hundreds of
// lines before it is ready.
type logger struct {
	to   *slog.Logger
	tags []tag.Tag
	// lowest is Warn while the server runs and Error while it starts and stops,
	// when its services warn that they miss each other.
	lowest *slog.LevelVar
}

var (
	_ log.Logger     = logger{}
	_ log.WithLogger = logger{}
)

// errorKey is the key of tag.Error.
const errorKey = "error"

func newLogger(to *slog.Logger) logger {
	l := logger{to: to, lowest: new(slog.LevelVar)}
	l.lowest.Set(slog.LevelError)
	return l
}

// fatal is the panic value of a Fatal line. While the server starts, start turns it into an error; later it ends the
// process with a stack, as Fatal promises.
type fatal string

// With keeps the tags unread: the server makes a logger per workflow, and most
// of them never write.
func (l logger) With(tags ...tag.Tag) log.Logger {
	l.tags = append(slices.Clip(l.tags), tags...)
	return l
}

func (l logger) Debug(string, ...tag.Tag) {}

func (l logger) Info(string, ...tag.Tag) {}

func (l logger) Warn(msg string, tags ...tag.Tag) { l.write(slog.LevelWarn, msg, tags) }

func (l logger) Error(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// DPanic panics only in Temporal's own development builds.
func (l logger) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l logger) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

func (l logger) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(fatal(msg))
}

func (l logger) write(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background()
	if level < l.lowest.Level() || !l.to.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, len(l.tags)+len(tags))
	for _, t := range slices.Concat(l.tags, tags) {
		if t.Key() == errorKey && t.Value() == context.Canceled.Error() {
			return // a client left in the middle of its long poll
		}
		attrs = append(attrs, slog.Any(t.Key(), t.Value()))
	}
	l.to.LogAttrs(ctx, level, msg, attrs...)
}
