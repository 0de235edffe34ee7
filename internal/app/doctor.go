package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// FindingStatus is the result of a check of an installation.
type FindingStatus string

// The results of checks. With a fault, processes do not start or sessions do not proceed; a warning is a limitation
// that an operator may want.
const (
	FindingOK      FindingStatus = "ok"
	FindingWarning FindingStatus = "warning"
	FindingFault   FindingStatus = "fault"
)

// Finding is the result of one check of an installation. It has no secret and nothing personal.
type Finding struct {
	// Check is the checked part: settings, database, schema, keys, role, clock, temporal, namespace, search_attributes,
	// workers, mail, geoip, rules, risk, trust_lists, csca, vision, models, or a method.
	Check   string        `json:"check"`
	Status  FindingStatus `json:"status"`
	Message string        `json:"message"`
	// Advice is the next step of the operator; "" for ok.
	Advice string `json:"advice"`
}

// examination collects findings.
type examination struct {
	config   config.Config
	log      *slog.Logger
	findings []Finding
}

func (e *examination) ok(check, format string, values ...any) {
	e.findings = append(e.findings, Finding{check, FindingOK, fmt.Sprintf(format, values...), ""})
}

func (e *examination) warn(check, advice, format string, values ...any) {
	e.findings = append(e.findings, Finding{check, FindingWarning, fmt.Sprintf(format, values...), advice})
}

func (e *examination) fault(check, advice string, err error) {
	e.findings = append(e.findings, Finding{check, FindingFault, err.Error(), advice})
}

// Examine checks an installation: the settings, with faults that config.Read has found, the database, the keys, the
// clocks, Temporal, mail, and the files that a process reads. It changes nothing but a row that proves that the
// database takes writes, and the proof of a key that is new. A part that does not answer is given up after a few
// seconds.
func Examine(ctx context.Context, c config.Config, faults error, log *slog.Logger) []Finding {
	e := &examination{config: c, log: log}
	e.settings(faults)
	e.database(ctx)
	e.temporal(ctx)
	e.mail(ctx)
	e.files(ctx)
	return e.findings
}

// settings reports each fault of the settings.
func (e *examination) settings(faults error) {
	required := e.config.Require("DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY")
	all := append(each(faults), each(required)...)
	for _, fault := range all {
		e.fault("settings", "see docs/operations.md", fault)
	}
	if len(all) == 0 {
		e.ok("settings", "all variables can be read")
	}
}

// each returns the errors that were joined.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// adviceOnStore are the next steps after faults of the store, by part.
var adviceOnStore = map[string]string{
	"database": "check DATABASE_URL, that the server runs and takes writes, and the rights of the role",
	"schema":   "run stile migrate with the role that owns the tables",
	"keys":     "set STILE_ENCRYPTION_KEYS and STILE_LOOKUP_KEY to the keys of this database",
}

func (e *examination) database(ctx context.Context) {
	c := e.config
	if c.Require("DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY") != nil {
		return // settings has reported it
	}
	keys, err := seal.ParseKeys(c.EncryptionKeys, c.LookupKey)
	if err != nil {
		e.fault("keys", adviceOnStore["keys"], fmt.Errorf("STILE_ENCRYPTION_KEYS, STILE_LOOKUP_KEY: %w", err))
		return
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, Keys: keys, Log: e.log})
	if err != nil {
		e.fault("database", adviceOnStore["database"], err)
		return
	}
	defer func() { _ = s.Close() }()
	faulty := map[string]bool{}
	for _, fault := range s.Faults(ctx) {
		faulty[fault.Part] = true
		e.fault(fault.Part, adviceOnStore[fault.Part], fmt.Errorf("%s: %w", fault.Message, fault.Err))
	}
	if faulty["database"] {
		return
	}
	e.ok("database", "it is reachable")
	if !faulty["schema"] {
		e.ok("schema", "it is up to date")
		e.role(ctx, s)
	}
	if !faulty["schema"] && !faulty["keys"] {
		e.ok("keys", "they open the stored rows")
	}
	e.databaseClock(ctx, s)
}

// role reports whether the database role of the processes can read more than they need.
func (e *examination) role(ctx context.Context, s *store.Store) {
	reads, err := s.ReadsAnchors(ctx)
	switch {
	case err != nil:
		e.fault("role", adviceOnStore["database"], err)
	case reads:
		e.warn("role", "run stile migrate --grant for a second role, and start the processes with that one",
			"it can read person_anchors, the hashes by which persons are found")
	default:
		e.ok("role", "person_anchors is closed to it, or the database has no roles")
	}
}

func (e *examination) mail(ctx context.Context) {
	c := e.config
	if c.SMTP == nil {
		e.warn("mail", "set STILE_SMTP_URL and STILE_MAIL_FROM", "STILE_SMTP_URL is not set, so users get no mail")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	a := &App{options: Options{Config: c}}
	if err := a.smtp().Check(ctx); err != nil {
		e.fault("mail", "check STILE_SMTP_URL: host, port, TLS, user and password", err)
		return
	}
	e.ok("mail", "%s accepts the connection and the credentials", c.SMTP.Host)
}
