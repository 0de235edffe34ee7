package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"

	"github.com/stile-id/stile/models"
)

const (
	scorePath = "/v1/risk/score"
	// scoreTarget limits the ratio of the median of a score to that of a bare route: half as fast.
	scoreTarget = 2
)

// bareTable is the table of the bare route: the columns of an assessment.
const bareTable = `CREATE TABLE bare_assessments (id TEXT PRIMARY KEY, org_id TEXT NOT NULL, session_id TEXT,
	score BIGINT NOT NULL, signals TEXT NOT NULL, reasons TEXT NOT NULL, details TEXT NOT NULL,
	rules_version TEXT NOT NULL, created BIGINT NOT NULL, expires_at BIGINT NOT NULL)`

// risk compares scores with a bare gin route that inserts one row and writes the same answer. Every request has
// identifiers of its own.
func (b bench) risk(ctx context.Context) (comparison, error) {
	c := comparison{
		title: "risk score", base: "bare gin route", our: "score", of: latency, target: scoreTarget, shown: ofRequests,
	}
	err := b.with(ctx, b.logging, func(m *merchant) (err error) {
		var named atomic.Int64
		want, err := m.ask(ctx, m.secret, scorePath, suspect(named.Add(1)))
		if err != nil {
			return err
		}
		if want.status != http.StatusOK {
			return fmt.Errorf("%s: %d: %s", scorePath, want.status, want.body)
		}
		handler, closeRoute, err := b.bareRisk(ctx, want)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeRoute()) }()
		server := httptest.NewServer(handler)
		defer server.Close()
		bare := *m.tenant
		bare.base = server.URL
		c.rounds, err = b.compare(ctx, c.title, b.requests,
			timed(c.base, scoring(&bare, &named)), timed(c.our, scoring(m.tenant, &named)))
		return err
	})
	return c, err
}

// suspect returns the documented request, with identifiers that no other request has.
func suspect(n int64) object {
	return object{
		"ip": fmt.Sprintf("73.%d.%d.%d", n>>16&255, n>>8&255, n&255), "email": fmt.Sprintf("ada%012d@example.com", n),
		"claimed_country": "US-CA",
	}
}

func scoring(t *tenant, named *atomic.Int64) preparing {
	return func(context.Context) (func(context.Context) error, error) {
		order := suspect(named.Add(1))
		return func(ctx context.Context) error {
			got, err := t.ask(ctx, t.secret, scorePath, order)
			if err == nil && got.status != http.StatusOK {
				err = fmt.Errorf("%s: %d: %s", scorePath, got.status, got.body)
			}
			return err
		}, nil
	}
}

// bareRisk returns the smallest gin route that decodes a request, inserts a row of the size of an assessment and writes
// the answer.
func (b bench) bareRisk(ctx context.Context, ready answer) (http.Handler, func() error, error) {
	db, err := sql.Open("pgx", b.cluster.URL(database))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(b.config.DatabaseConnections)
	db.SetMaxIdleConns(b.config.DatabaseConnections)
	if _, err := db.ExecContext(ctx, bareTable); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	router := gin.New()
	router.POST(scorePath, func(g *gin.Context) {
		var in object
		if err := json.NewDecoder(g.Request.Body).Decode(&in); err != nil {
			g.AbortWithStatus(http.StatusBadRequest)
			return
		}
		now := time.Now()
		_, err := db.ExecContext(g.Request.Context(),
			"INSERT INTO bare_assessments VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9)",
			string(models.PrefixRiskAssessment)+models.RandomID(), "org", 0, "[]", "[]", "{}", "v1", now.UnixMicro(),
			now.Add(models.RiskRetentionDefault).UnixMicro())
		if err != nil {
			g.AbortWithStatus(http.StatusInternalServerError)
			return
		}
		g.Data(ready.status, ready.contentType, bytes.Clone(ready.body))
	})
	return router, db.Close, nil
}

// riskCalls score a user and retrieve an assessment on both sides of growth.
func riskCalls(few, many *grown) []growthCall {
	return []growthCall{
		{what: "score a user", target: steadyTarget, few: few.score, many: many.score},
		{what: "retrieve an assessment", target: steadyTarget, few: few.assessment, many: many.assessment},
	}
}

func (g *grown) score(ctx context.Context) error {
	return g.post(ctx, g.secret, scorePath, suspect(g.scored.Add(1)), nil)
}

func (g *grown) assessment(ctx context.Context) error {
	found, err := g.get(ctx, g.base+"/v1/risk/"+g.planted)
	if err == nil && found.status != http.StatusOK {
		err = fmt.Errorf("retrieve an assessment: %d: %s", found.status, found.body)
	}
	return err
}

// plantRisk scores a user. The other assessments and counts become copies.
func (g *grown) plantRisk(ctx context.Context) error {
	var scored struct {
		ID string `json:"id"`
	}
	err := g.post(ctx, g.secret, scorePath, suspect(g.scored.Add(1)), &scored)
	g.planted = scored.ID
	return err
}

// risks are as many assessments, and counts of identifiers, as there are sessions.
func (g *grown) risks() []copies {
	return []copies{
		{"risk_assessments", g.sessions, map[string]string{
			"id": "'" + string(models.PrefixRiskAssessment) + "{random i}", "expires_at": "expires_at + i",
		}},
		{"risk_counts", g.sessions, map[string]string{
			"id": "md5(i::text) || md5((-i)::text)", "expires_at": "expires_at + i",
		}},
	}
}
