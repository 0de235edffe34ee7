package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/risk"
)

// NewRiskAssessment is an assessment to store.
type NewRiskAssessment struct {
	OrgID string
	// SessionID is "" without a session.
	SessionID  string
	Assessment risk.Assessment
	// Retention is how long the assessment can be read.
	Retention time.Duration
}

// CreateRiskAssessment stores an assessment. The repeat of an idempotent request gets that of the first try.
func (s *Store) CreateRiskAssessment(ctx context.Context, n NewRiskAssessment) (models.RiskAssessment, error) {
	a := s.newAssessment(ctx, n)
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	done, err := s.sqlDB.ExecContext(ctx, insertAssessment, assessmentArgs(a)...)
	if err != nil {
		return a, s.classify(err)
	}
	if made, err := done.RowsAffected(); err != nil || made == 1 {
		return a, err
	}
	return s.RiskAssessment(ctx, n.OrgID, a.ID)
}

func (s *Store) newAssessment(ctx context.Context, n NewRiskAssessment) models.RiskAssessment {
	now := s.Now()
	a := models.RiskAssessment{
		ID: s.NewID(ctx, models.PrefixRiskAssessment), OrgID: n.OrgID,
		Score: n.Assessment.Score, Signals: models.AsJSON(n.Assessment.Triggered),
		Reasons: models.AsJSON(n.Assessment.Reasons), Details: models.AsJSON(n.Assessment.Details),
		RulesVersion: n.Assessment.Version, Created: now, ExpiresAt: models.At(now.Add(n.Retention)),
	}
	if n.SessionID != "" {
		a.SessionID = &n.SessionID
	}
	return a
}

// These statements do without gorm, which costs as much as they do.
const (
	intoAssessments = `INSERT INTO risk_assessments
	(id, org_id, session_id, score, signals, reasons, details, rules_version, created, expires_at) `
	assessmentValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10`
	unlessStored     = ` ON CONFLICT (id) DO NOTHING`
	insertAssessment = intoAssessments + `VALUES (` + assessmentValues + `)` + unlessStored
)

func assessmentArgs(a models.RiskAssessment) []any {
	return []any{
		a.ID, a.OrgID, a.SessionID, a.Score, a.Signals, a.Reasons, a.Details, a.RulesVersion, a.Created, a.ExpiresAt,
	}
}

// RiskAssessment reads an assessment. Errors: CodeResourceMissing, also after its retention.
func (s *Store) RiskAssessment(ctx context.Context, org, id string) (a models.RiskAssessment, err error) {
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ? AND expires_at > ?", id, org, s.Now()), &a)
	if err != nil || !found {
		return a, orMissing(err, "risk assessment", id)
	}
	return a, nil
}

// EarlierRiskAssessment returns the assessment that an earlier try of the same idempotent request has stored, and
// whether there is one.
func (s *Store) EarlierRiskAssessment(
	ctx context.Context, org string,
) (a models.RiskAssessment, found bool, err error) {
	reserved := reservedID(ctx)
	if reserved == "" {
		return a, false, nil
	}
	found, err = one(s.read(ctx).Where("id = ? AND org_id = ?", string(models.PrefixRiskAssessment)+reserved, org), &a)
	return a, found, err
}

// Sightings are identifiers in their canonical forms.
type Sightings map[risk.Identifier]string

// Sighted is how often identifiers were counted.
type Sighted struct {
	Counts map[risk.Identifier]risk.Count
	// Persons is the number of people that have used the device in its day, at most risk.MostPersons: that of their
	// e-mail addresses or that of their phone numbers, the higher one.
	Persons int
}

// riskCount is the count of an identifier.
type riskCount struct {
	ID        string `gorm:"primaryKey"`
	ExpiresAt models.Timestamp
}

func (riskCount) TableName() string { return "risk_counts" }

const (
	shortRiskWindow, longRiskWindow = time.Hour, 24 * time.Hour
	// personDigits is the length of the hashes by which the people of a device are told apart, and personLength that
	// with the comma.
	personDigits, personLength = 12, 13
)

// countRisk returns the statement that counts so many identifiers. A count begins anew if its hour or day is over. $1
// and $2 are the times at which an hour and a day began that end now, $3 is now, and $4 is the end of a row that begins
// now. The ids follow. With people, the emails and phones of each identifier follow too; without, the statement costs
// the database less.
func countRisk(identifiers int, people bool) string {
	rows, set := make([]string, identifiers), ""
	for i := range rows {
		emails, phones := "''", "''"
		if people {
			emails, phones = fmt.Sprintf("$%d", 5+identifiers+2*i), fmt.Sprintf("$%d", 6+identifiers+2*i)
		}
		rows[i] = fmt.Sprintf("($%d, $3, 1, $3, 1, %s, %s, $4)", 5+i, emails, phones)
	}
	if people {
		set = ", emails = " + withPerson("emails") + ", phones = " + withPerson("phones")
	}
	return `INSERT INTO risk_counts (id, hour_at, hour_count, day_at, day_count, emails, phones, expires_at)
	VALUES ` + strings.Join(rows, ", ") + `
	ON CONFLICT (id) DO UPDATE SET
	hour_count = CASE WHEN risk_counts.hour_at > $1 THEN risk_counts.hour_count + 1 ELSE 1 END,
	hour_at = CASE WHEN risk_counts.hour_at > $1 THEN risk_counts.hour_at ELSE excluded.hour_at END,
	day_count = CASE WHEN risk_counts.day_at > $2 THEN risk_counts.day_count + 1 ELSE 1 END,
	day_at = CASE WHEN risk_counts.day_at > $2 THEN risk_counts.day_at ELSE excluded.day_at END,
	expires_at = CASE WHEN risk_counts.day_at > $2 THEN risk_counts.expires_at ELSE excluded.expires_at END` + set + `
	RETURNING id, hour_count, day_count, emails, phones`
}

// statementsOf returns statements by whether they have people, and by the number of identifiers.
func statementsOf(build func(identifiers int, people bool) string) (all map[bool][]string) {
	all = map[bool][]string{}
	for _, people := range []bool{false, true} {
		all[people] = make([]string, risk.Identifiers+1)
		for n := 1; n <= risk.Identifiers; n++ {
			all[people][n] = build(n, people)
		}
	}
	return all
}

var countRisks = statementsOf(countRisk)

// withPerson returns an expression that adds a hash to the list of a device, unless the list holds it or is full.
func withPerson(column string) string {
	return strings.NewReplacer("LIST", "risk_counts."+column, "NEW", "excluded."+column,
		"FULL", strconv.Itoa(risk.MostPersons*personLength)).Replace(
		`CASE WHEN risk_counts.day_at <= $2 THEN NEW
		WHEN LIST LIKE '%' || NEW || '%' OR length(LIST) >= FULL THEN LIST ELSE LIST || NEW END`)
}

// CountSightings counts each of the identifiers once for the organization, in one statement that is exact under
// concurrency, and returns the counts with this time. Owner has the mailbox and the number of the person who uses the
// device; they tell the people of a device apart and are not counted. It stores keyed hashes, which differ between
// organizations and kinds.
func (s *Store) CountSightings(
	ctx context.Context, org string, seen, owner Sightings,
) (sighted Sighted, err error) {
	if len(seen) == 0 {
		return Sighted{}, nil
	}
	c := s.counting(org, seen, owner)
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	rows, err := s.sqlDB.QueryContext(ctx, c.of(countRisks), c.args...)
	if err != nil {
		return Sighted{}, s.classify(err)
	}
	defer func() { err = s.classify(errors.Join(err, rows.Close())) }()
	return c.read(rows)
}

// counting holds the arguments of countRisk.
type counting struct {
	kinds map[string]risk.Identifier
	// ids are the ids of the counts in their order, so that all statements lock rows in one order.
	ids []string
	// people means that a device is among the identifiers.
	people bool
	args   []any
}

func (s *Store) counting(org string, seen, owner Sightings) counting {
	c := counting{kinds: make(map[string]risk.Identifier, len(seen))}
	for kind, value := range seen {
		c.kinds[s.keys.Digest("risk_"+string(kind), []byte(org), []byte(value))] = kind
		c.people = c.people || kind == risk.DeviceID
	}
	now := s.now()
	c.args = append(make([]any, 0, 4+5*len(seen)+2),
		models.At(now.Add(-shortRiskWindow)), models.At(now.Add(-longRiskWindow)), models.At(now),
		models.At(now.Add(longRiskWindow+shortRiskWindow))) // an hour may begin at the end of the day
	c.ids = slices.Sorted(maps.Keys(c.kinds))
	for _, id := range c.ids {
		c.args = append(c.args, id)
	}
	if !c.people {
		return c
	}
	for _, id := range c.ids {
		emails, phones := "", ""
		if c.kinds[id] == risk.DeviceID {
			emails, phones = s.riskPerson(org, risk.Mailbox, owner), s.riskPerson(org, risk.Number, owner)
		}
		c.args = append(c.args, emails, phones)
	}
	return c
}

// of returns the statement for these identifiers.
func (c counting) of(statements map[bool][]string) string { return statements[c.people][len(c.ids)] }

// riskPerson returns the beginning of the hash of one of a person's identifiers, and a comma; "" without the
// identifier.
func (s *Store) riskPerson(org string, kind risk.Identifier, owner Sightings) string {
	value, given := owner[kind]
	if !given {
		return ""
	}
	return s.keys.Digest("risk_person_"+string(kind), []byte(org), []byte(value))[:personDigits] + ","
}

// countedRows are the rows of a statement that counts identifiers.
type countedRows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

func (c counting) read(rows countedRows) (Sighted, error) {
	sighted := Sighted{Counts: make(map[risk.Identifier]risk.Count, len(c.kinds))}
	for rows.Next() {
		var id, emails, phones string
		var count risk.Count
		if err := rows.Scan(&id, &count.Hour, &count.Day, &emails, &phones); err != nil {
			return sighted, err
		}
		sighted.Counts[c.kinds[id]] = count
		sighted.Persons = max(sighted.Persons, len(emails)/personLength, len(phones)/personLength)
	}
	return sighted, rows.Err()
}

// DeleteExpiredRisk deletes assessments after their retention, and counts of days that are over, at most limit of each.
// It returns their number.
func (a Across) DeleteExpiredRisk(ctx context.Context, limit int) (int, error) {
	now := a.s.Now()
	deleted := 0
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		deleted = 0
		for _, table := range []any{&models.RiskAssessment{}, &riskCount{}} {
			n, err := deleteDue(tx, table, limit, tx.Where("1 = 1"), now)
			if err != nil {
				return err
			}
			deleted += n
		}
		return nil
	})
	return deleted, err
}
