package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/internal/signals"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/risk"
	"github.com/stile-id/stile/sessions"
)

// tellOfAnchors logs that the database role of the process can read more than the process needs.
func (a *App) tellOfAnchors(ctx context.Context) error {
	reads, err := a.store.ReadsAnchors(ctx)
	if err == nil && reads {
		a.log.Info("database: this role can read person_anchors, the hashes by which persons are found; " +
			"a role without that right suffices: see `stile migrate --grant` in docs/operations.md")
	}
	return err
}

// rules returns the rules of STILE_RULES_DIR, or the shipped rules if it is not set.
func (a *App) rules() (*compliance.Book, error) {
	folder := a.options.Config.RulesDir
	if folder == "" {
		return compliance.Shipped()
	}
	book, err := compliance.Load(os.DirFS(folder))
	if err != nil {
		return nil, fmt.Errorf("STILE_RULES_DIR: %w", err)
	}
	return book, nil
}

// locator opens the files of STILE_GEOIP_DB, or the built-in country file if it is not set.
func (a *App) locator() (sessions.Locator, error) {
	if len(a.options.Config.GeoIPDB) == 0 {
		countries, err := geo.BuiltIn()
		if err != nil {
			return nil, err
		}
		a.log.Info("STILE_GEOIP_DB is not set: addresses are looked up in the built-in file, which knows countries but no "+
			"states; US states need a city file (scripts/fetch-geoip) or the headers of a CDN",
			"built", countries.Built().Format(time.DateOnly))
		return countries, nil
	}
	files := make(geo.Files, 0, len(a.options.Config.GeoIPDB))
	for _, path := range a.options.Config.GeoIPDB {
		file, err := geo.Open(geo.Options{Path: path, Log: a.log, Watch: &a.files})
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// risk returns the weights of the signals of risk, and the data behind them.
func (a *App) risk() (*risk.Book, *signals.Sources, error) {
	c := a.options.Config
	sources, err := signals.Open(signals.Options{
		ASNFile: c.ASNDB, NetworksDir: c.NetworksDir, MX: c.RiskMX, Egress: a.egress(), Log: a.log,
		Watch: &a.files,
	})
	if err != nil {
		return nil, nil, err
	}
	if c.RiskFile == "" {
		book, err := risk.Shipped()
		return book, sources, err
	}
	text, err := os.ReadFile(c.RiskFile)
	if err != nil {
		return nil, nil, fmt.Errorf("STILE_RISK_FILE: %w", err)
	}
	book, err := risk.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("STILE_RISK_FILE: %s: %w", c.RiskFile, err)
	}
	return book, sources, nil
}
