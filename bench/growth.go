package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// grownTarget limits the ratio of a list with many rows to one with few, steadyTarget the ratio of other calls.
	grownTarget, steadyTarget = 1.3, 1.1
	// listPages is how often each page of a list is requested on each side, assessmentCalls how often each call of the
	// comparison of assessments is made. submissions is the number of sessions that are created, retrieved and submitted
	// to. warmUps is the number of each before the measured ones.
	listPages, assessmentCalls, submissions, warmUps = 81, 2001, 201, 6
)

// row holds the durations of a call with few and with many sessions.
type row struct {
	what      string
	few, many []time.Duration
	target    float64
}

func (r row) ratio() float64 { return float64(percentile(r.many, 50)) / float64(percentile(r.few, 50)) }

// growth compares calls of an organization with few sessions with those of one with many, each in its own database.
func (b bench) growth(ctx context.Context) (_ []comparison, err error) {
	c := comparison{
		title: "growth, p50, ms", base: strconv.Itoa(b.few) + " sessions", our: strconv.Itoa(b.many) + " sessions",
	}
	few, err := b.grow(ctx, "few", &grown{sessions: b.few})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, few.stop(ctx)) }()
	many, err := b.grow(ctx, "many", &grown{sessions: b.many})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, many.stop(ctx)) }()
	calls, err := growthCalls(ctx, few, many)
	if err != nil {
		return nil, err
	}
	calls = append(calls, lookupCall(few, many))
	calls = append(calls, riskCalls(few, many)...)
	if c.grown, err = takeAll(ctx, calls, listPages); err != nil {
		return nil, err
	}
	steady, err := steadyCalls(ctx, few, many)
	c.grown = append(steady, c.grown...)
	slices.SortStableFunc(c.grown[len(steady):], func(x, y row) int { return strings.Compare(x.what, y.what) })
	for _, side := range []*grown{few, many} {
		what := "indexes of " + strconv.Itoa(side.sessions) + " sessions built CONCURRENTLY, s"
		c.alone = append(c.alone, fact{what: what, value: side.indexing.Seconds()})
	}
	return []comparison{c}, err
}

// assessments compares scores of an organization with few stored assessments with those of one with many, each in its
// own database. There are as many as growth has sessions.
func (b bench) assessments(ctx context.Context) (_ []comparison, err error) {
	few, err := b.grow(ctx, "few_assessments", &grown{sessions: b.few, assessmentsAlone: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, few.stop(ctx)) }()
	many, err := b.grow(ctx, "many_assessments", &grown{sessions: b.many, assessmentsAlone: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, many.stop(ctx)) }()
	rows, err := takeAll(ctx, riskCalls(few, many), assessmentCalls)
	return []comparison{{
		title: "stored assessments, p50, ms", base: strconv.Itoa(b.few) + " assessments",
		our: strconv.Itoa(b.many) + " assessments", grown: rows,
	}}, err
}

// takeAll makes each call so many times on both sides.
func takeAll(ctx context.Context, calls []growthCall, times int) (rows []row, err error) {
	for _, call := range calls {
		r := row{what: call.what, target: call.target}
		for i := range warmUps + times {
			if err := r.take(ctx, i, call.few, call.many); err != nil {
				return nil, fmt.Errorf("%s: %w", call.what, err)
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// take makes the call on both sides, in alternating order. It discards the first warmUps durations.
func (r *row) take(ctx context.Context, n int, few, many func(context.Context) error) error {
	sides := []struct {
		call func(context.Context) error
		took *[]time.Duration
	}{{few, &r.few}, {many, &r.many}}
	if n%2 == 1 {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		began := time.Now()
		if err := side.call(ctx); err != nil {
			return err
		}
		if n >= warmUps {
			*side.took = append(*side.took, time.Since(began))
		}
	}
	return nil
}

// growthCall is a call on both sides.
type growthCall struct {
	what      string
	few, many func(context.Context) error
	target    float64
}

// growthCalls returns the requests of all lists with each filter and each pair of filters, from each depth.
func growthCalls(ctx context.Context, few, many *grown) (calls []growthCall, err error) {
	for _, list := range grownLists {
		fewAt, err := few.depths(ctx, list)
		if err != nil {
			return nil, err
		}
		manyAt, err := many.depths(ctx, list)
		if err != nil {
			return nil, err
		}
		for _, filter := range list.queries() {
			for i, depth := range fewAt {
				call := growthCall{
					what: strings.TrimSpace(list.name + " " + filter + " " + depth.name), target: grownTarget,
					few: few.page(list, filter, depth.query), many: many.page(list, filter, manyAt[i].query),
				}
				if filter == "" && depth.query == "" {
					call.target = steadyTarget
				}
				calls = append(calls, call)
			}
		}
	}
	return calls, nil
}

// page returns a function that requests a page of a list.
func (g *grown) page(list grownList, filter, depth string) func(context.Context) error {
	query := url.Values{}
	for _, part := range []string{filter, depth} {
		for name, values := range g.parse(part) {
			query[name] = values
		}
	}
	path := strings.NewReplacer("{endpoint}", g.endpoint, "{workflow}", g.workflow).Replace(list.path)
	at := g.base + path + "?" + query.Encode()
	return func(ctx context.Context) error {
		found, err := g.get(ctx, at)
		if err != nil {
			return err
		}
		if found.status != http.StatusOK {
			return fmt.Errorf("GET %s: %d: %s", at, found.status, found.body)
		}
		return nil
	}
}

// parse parses a query and replaces the names that differ between the sides.
func (g *grown) parse(query string) url.Values {
	values, err := url.ParseQuery(g.names.Replace(query))
	if err != nil {
		panic(err) // the queries are written in this program
	}
	return values
}

// steadyCalls creates sessions, retrieves them, and submits to them, on both sides in turn.
func steadyCalls(ctx context.Context, few, many *grown) ([]row, error) {
	rows := []row{
		{what: "create a session", target: steadyTarget}, {what: "retrieve a session", target: steadyTarget},
		{what: "submit to a session", target: steadyTarget},
	}
	for i := range warmUps + submissions {
		var s, other session
		steps := [][2]func(context.Context) error{
			{few.creating(&s), many.creating(&other)}, {few.retrieving(&s), many.retrieving(&other)},
			{few.submitting(&s), many.submitting(&other)},
		}
		for step, sides := range steps {
			if err := rows[step].take(ctx, i, sides[0], sides[1]); err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

func (g *grown) creating(s *session) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*s, err = g.create(ctx, g.workflow)
		return err
	}
}

func (g *grown) retrieving(s *session) func(context.Context) error {
	return func(ctx context.Context) error {
		found, err := g.get(ctx, g.base+"/v1/verification_sessions/"+s.ID)
		if err != nil {
			return err
		}
		if found.status != http.StatusOK {
			return fmt.Errorf("retrieve a session: %d: %s", found.status, found.body)
		}
		return nil
	}
}

func (g *grown) submitting(s *session) func(context.Context) error {
	return func(ctx context.Context) error { return g.attest(ctx, *s) }
}
