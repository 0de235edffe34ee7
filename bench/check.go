package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

const (
	cartPlace = rules.Jurisdiction("US-CA")
	checkPath = "/v1/compliance/check"
)

// cart is the list of use cases in each check.
var cart = []rules.UseCase{rules.UseCaseAlcoholDelivery, rules.UseCaseCannabisDelivery, rules.UseCaseTobaccoNicotine}

func checkQuery() string {
	var names []string
	for _, useCase := range cart {
		names = append(names, string(useCase))
	}
	return "?use_cases=" + strings.Join(names, ",") + "&jurisdiction=" + string(cartPlace)
}

// check compares compliance checks of a cart with a plain route that has the answer ready.
func (b bench) check(ctx context.Context) (comparison, error) {
	c := comparison{title: "compliance check", base: "plain gin route", our: "check", target: 0.7, shown: ofRequests}
	var err error
	if c.alone, err = resolution(); err != nil {
		return c, err
	}
	err = b.checks(ctx, &c, func(_ *stile, ready answer) (http.Handler, error) { return plainRoute(ready), nil })
	return c, err
}

// checkBehind compares checks with a plain route behind the API's middleware.
func (b bench) checkBehind(ctx context.Context) (comparison, error) {
	c := comparison{title: "behind the same middleware", base: "plain route", our: "check", shown: ofRequests}
	err := b.checks(ctx, &c, b.behindMiddleware)
	return c, err
}

// checks compares checks with another handler of the same answer.
func (b bench) checks(ctx context.Context, c *comparison, other func(*stile, answer) (http.Handler, error)) error {
	return b.with(ctx, b.logging, func(m *merchant) error {
		url := m.stile.api.URL() + checkPath + checkQuery()
		want, err := m.get(ctx, url)
		if err != nil {
			return err
		}
		if want.status != http.StatusOK {
			return fmt.Errorf("%s: %d: %s", url, want.status, want.body)
		}
		handler, err := other(m.stile, want)
		if err != nil {
			return err
		}
		server := httptest.NewServer(handler)
		defer server.Close()
		base := m.asks(c.base, server.URL+checkPath+checkQuery(), want)
		c.rounds, err = b.compare(ctx, c.title, b.requests, base, m.asks(c.our, url, want))
		return err
	})
}

// plainRoute returns the smallest gin handler of the answer: one route without middleware.
func plainRoute(ready answer) http.Handler {
	router := gin.New()
	router.GET(checkPath, func(g *gin.Context) { g.Data(ready.status, ready.contentType, ready.body) })
	return router
}

// behindMiddleware returns a handler that passes each request through the middleware of an API, to a URL without a
// route, and then writes the ready answer.
func (b bench) behindMiddleware(s *stile, ready answer) (http.Handler, error) {
	middleware, err := api.New(api.Options{
		Store: s.api.Store(), Orchestrator: &orchestrator.Orchestrator{Temporal: s.api.Temporal(), Store: s.api.Store()},
		Methods: &methods.Registry{}, Log: b.logger(), Config: api.Config{RateLimitSecret: unlimited},
	})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = "/v1/nothing"
		middleware.Handler().ServeHTTP(headerOnly{w}, r)
		w.Header().Set("Content-Type", ready.contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(ready.body)))
		w.WriteHeader(ready.status)
		_, _ = w.Write(ready.body) // a client that has gone reports it itself
	}), nil
}

// headerOnly discards an answer's status and body.
type headerOnly struct{ http.ResponseWriter }

func (headerOnly) WriteHeader(int) {}

func (headerOnly) Write(p []byte) (int, error) { return len(p), nil }

// asks returns a side that requests a page and compares each answer with the first.
func (m *merchant) asks(name, url string, want answer) side {
	var answered atomic.Int64
	once := func(ctx context.Context) (time.Duration, error) {
		began := time.Now()
		got, err := m.get(ctx, url)
		took := time.Since(began)
		answered.Add(1)
		if err != nil {
			return took, err
		}
		if !got.equal(want) {
			return took, fmt.Errorf("%s: %d, %s: %s", url, got.status, got.contentType, got.body)
		}
		return took, nil
	}
	finished := func(context.Context) (int, error) { return int(answered.Load()), nil }
	return side{name: name, once: once, finished: finished}
}

func (a answer) equal(b answer) bool {
	return a.status == b.status && a.contentType == b.contentType && bytes.Equal(a.body, b.body)
}

// resolution measures the look-up of the cart's rules, without HTTP.
func resolution() ([]fact, error) {
	book, err := compliance.Shipped()
	if err != nil {
		return nil, err
	}
	found := make([]*compliance.Rule, len(cart))
	today := compliance.DayOf(time.Now())
	resolve := repeated(func() {
		for i, useCase := range cart {
			if found[i], err = book.Resolve(useCase, cartPlace, today); err != nil {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	sum := repeated(func() { compliance.MostRestrictive(found...) })
	return []fact{
		{"resolution of 3 products, ns", float64(resolve.NsPerOp()), "under 15000"},
		{"its allocations", float64(resolve.AllocsPerOp()), "0"},
		{"what satisfies all 3, ns", float64(sum.NsPerOp()), ""},
		{"its allocations", float64(sum.AllocsPerOp()), "1"},
	}, nil
}

func repeated(what func()) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) { //nolint:thelper // helps no test
		b.ReportAllocs()
		for b.Loop() {
			what()
		}
	})
}
