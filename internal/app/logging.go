package app

import (
	"log/slog"
	"os"
)

// NewLogger logs JSON lines to standard error. Nothing personal is ever given to it.
func NewLogger(level string) *slog.Logger {
	var threshold slog.Level
	// The configuration has checked the level.
	_ = threshold.UnmarshalText([]byte(level))
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: threshold}))
}
