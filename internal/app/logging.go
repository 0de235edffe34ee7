package app

import (
	"log/slog"
	"os"
)

// NewLogger returns a logger that writes JSON lines to standard error. Callers must not log personal data.
func NewLogger(level string) *slog.Logger {
	var threshold slog.Level
	// The configuration has checked the level.
	_ = threshold.UnmarshalText([]byte(level))
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: threshold}))
}
