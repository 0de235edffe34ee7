package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/vision/child"
	visionmodels "github.com/stile-id/stile/vision/models"
)

// geoIPOld is the age from which a file of addresses or autonomous systems is reported.
const geoIPOld = 180 * 24 * time.Hour

// files reads the files of a process that serves the API, as its start does.
func (e *examination) files(ctx context.Context) {
	quiet := &App{
		options: Options{Config: e.config, API: true, Log: e.log}, log: e.log, eyes: eyes{metrics: newVisionMetrics()},
	}
	e.geoIP(quiet)
	if _, err := quiet.rules(); err != nil {
		e.fault("rules", "correct the folder, or unset STILE_RULES_DIR", err)
	} else {
		e.ok("rules", "they can be read")
	}
	e.risk(quiet)
	e.trustLists()
	e.authorities()
	e.vision(ctx, quiet)
	e.methods(ctx, quiet)
}

// risk reads the weights of risk and the files of networks.
func (e *examination) risk(a *App) {
	_, sources, err := a.risk()
	if err != nil {
		e.fault("risk", "correct the file that the message names", err)
		return
	}
	if built, found := sources.SystemsBuilt(); found && time.Since(built) > geoIPOld {
		e.warn("risk", "fetch a newer file", "%s was built on %s", e.config.ASNDB, built.Format(time.DateOnly))
		return
	}
	e.ok("risk", "weights and networks can be read")
}

func (e *examination) geoIP(a *App) {
	found, err := a.locator()
	if err != nil {
		e.fault("geoip", "fetch the file again, such as by scripts/fetch-geoip", err)
		return
	}
	files, ok := found.(geo.Files)
	if !ok {
		e.warn("geoip", "set STILE_GEOIP_DB to a city file, such as by scripts/fetch-geoip",
			"the built-in file knows countries and no states, which most rules of the US need")
		return
	}
	for i, file := range files {
		path := e.config.GeoIPDB[i]
		if built := file.Built(); time.Since(built) > geoIPOld {
			e.warn("geoip", "fetch a newer file", "%s was built on %s", path, built.Format(time.DateOnly))
		} else {
			e.ok("geoip", "%s was built on %s", path, built.Format(time.DateOnly))
		}
	}
}

// trustLists reports lists of issuers of wallet credentials that are overdue.
func (e *examination) trustLists() {
	if e.config.TrustDir == "" {
		return // the methods report it
	}
	trusted, err := issuers.Open(issuers.Options{Dir: e.config.TrustDir, Log: e.log})
	if err != nil {
		e.fault("trust_lists", "run stile trust check with the file that the message names", err)
		return
	}
	anchors, overdue := 0, 0
	for _, m := range issuers.Methods() {
		anchors += len(trusted.Anchors(m))
		for _, list := range trusted.Lists(m) {
			if e.overdue("trust_lists", list.File, list.NextUpdate) {
				overdue++
			}
		}
	}
	if overdue == 0 {
		e.ok("trust_lists", "%d issuers are trusted; no list is overdue", anchors)
	}
}

// authorities reports revocation lists of country signing authorities that are overdue.
func (e *examination) authorities() {
	if e.config.CSCADir == "" {
		return // the method reports it
	}
	trusted, err := csca.Open(csca.FolderOptions{Dir: e.config.CSCADir, Log: e.log})
	if err != nil {
		e.fault("csca", "run stile trust check with the file that the message names", err)
		return
	}
	overdue := 0
	for _, list := range trusted.Revocations() {
		if e.overdue("csca", list.File, list.Next) {
			overdue++
		}
	}
	if overdue == 0 {
		e.ok("csca", "%d authorities are trusted; no revocation list is overdue", len(trusted.Authorities()))
	}
}

// overdue reports a list after the time of its next update.
func (e *examination) overdue(check, file string, next time.Time) bool {
	if next.IsZero() || time.Now().Before(next) {
		return false
	}
	e.warn(check, "fetch its update", "%s was to be updated on %s", file, next.UTC().Format(time.DateOnly))
	return true
}

// vision reports whether pictures can be read, and faces measured.
func (e *examination) vision(ctx context.Context, a *App) {
	c := e.config
	switch {
	case c.VisionOff:
		e.warn("vision", "unset STILE_VISION_URL to read pictures", "STILE_VISION_URL is off, so no pictures are read")
		return
	case c.VisionURL != "":
		e.remoteVision(ctx, a)
		return
	}
	program, err := child.Find()
	if err != nil {
		e.warn("vision", "install stile-vision beside stile; stile-dev is one itself", "pictures cannot be read: %s", err)
	} else {
		e.ok("vision", "a worker with these settings starts %s", program)
	}
	set, err := visionmodels.Open(c.VisionModels)
	install := "run stile-vision models install --dir " + c.VisionModels
	switch {
	case err != nil:
		e.fault("models", install, fmt.Errorf("STILE_VISION_MODELS: %w", err))
	case set.Lacks():
		var names []string
		for _, m := range set.Missing() {
			if m.Default() {
				names = append(names, m.Name)
			}
		}
		e.warn("models", install, "faces cannot be measured: %s lacks %s", c.VisionModels, strings.Join(names, ", "))
	default:
		e.ok("models", "those of %s are whole", c.VisionModels)
	}
}

// remoteVision asks the process of STILE_VISION_URL.
func (e *examination) remoteVision(ctx context.Context, a *App) {
	const advice = "start stile-vision at STILE_VISION_URL, under the account of the workers"
	if err := a.openEyes(ctx); err != nil {
		e.fault("vision", advice, err)
		return
	}
	health, err := a.eyes.client.Health(ctx)
	if err != nil {
		e.fault("vision", advice, err)
		return
	}
	e.ok("vision", "%s, with %d readings of faces", health.Version, len(health.Faces))
}

// methods reports each method that lacks its configuration, as /readyz does.
func (e *examination) methods(ctx context.Context, a *App) {
	if err := a.openEyes(ctx); err != nil {
		return // vision has reported it
	}
	registry, err := a.register()
	if err != nil {
		e.fault("methods", "correct the setting that the message names", err)
		return
	}
	available := 0
	for _, health := range registry.Health() {
		if health.Reason == "" {
			available++
			continue
		}
		e.warn(string(health.Method), "configure it as docs/methods says, if workflows use it",
			"unavailable: %s", health.Reason)
	}
	e.ok("methods", "%d of %d are available", available, len(registry.Health()))
}
