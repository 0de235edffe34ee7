package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
)

const (
	// overlap is how far each poll looks back behind the one before. Events are committed within two seconds of the time
	// that they carry; the rest is for clocks of replicas that differ.
	overlap = 30 * time.Second
	// pollEvery is the default of Listener.Every.
	pollEvery = time.Second
	// pollSlowest is the longest wait for an API that does not answer.
	pollSlowest = 10 * time.Second
	// atOnce limits the attempts under way.
	atOnce = 8
	// drain is how long attempts under way may take after the end of the context.
	drain = 3 * time.Second
	// answerRead limits the bytes that are read of the local server's answer.
	answerRead = 64 << 10
)

// RetriesDefault are the waits after failed attempts, much shorter than those of deliveries, since a developer watches.
func RetriesDefault() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second}
}

// Listener forwards the events of a sandbox to a server that Stile cannot reach.
type Listener struct {
	Client *Client
	// URL receives the events.
	URL string
	// Secret signs them, as that of an endpoint does.
	Secret string
	// Types are the forwarded types; empty means all that an endpoint may subscribe to.
	Types []models.EventType
	// Retries are the waits after failed attempts; nil means RetriesDefault.
	Retries []time.Duration
	// Every is the time between two polls; 0 means a second.
	Every time.Duration
	// Out takes a line for each attempt.
	Out io.Writer

	writing sync.Mutex
	seen    map[string]time.Time // the events of the last polls, with their times
	since   time.Time            // where the next poll begins, by the clock of the server
	counted struct {
		sync.Mutex
		acknowledged, failed int
	}
}

// EventTypes checks names of types. The error lists the types.
func EventTypes(names []string) (types []models.EventType, err error) {
	for _, name := range names {
		t := models.EventType(strings.TrimSpace(name))
		switch {
		case t == models.AllEvents:
			return nil, nil
		case !slices.Contains(models.EventTypes(), t):
			return nil, fmt.Errorf("%q is not a type of event; the types are %s", t, models.Listed(models.EventTypes()))
		}
		types = append(types, t)
	}
	return types, nil
}

// CheckURL returns an error unless events can be sent to the URL.
func CheckURL(address string) error {
	_, err := models.ParseWebURL("--forward", address)
	return models.Explain(err)
}

// Run forwards the events that occur from now on, each once, until the context ends; ready is called when it would see
// the next event. An attempt that is not acknowledged is repeated by Retries. While the API does not answer, Run tries
// again, and loses no event. It returns an error if the API refuses the key.
func (l *Listener) Run(ctx context.Context, ready func()) error {
	attempts, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(drain, cancel) })
	defer stop()
	l.seen = map[string]time.Time{}
	var under sync.WaitGroup
	room := make(chan struct{}, atOnce)
	forwarder := outbound.NewClient(answerWithin, outbound.Policy{Allow: everywhere()})
	err := l.poll(ctx, ready, func(e models.EventObject) {
		if !l.wants(e.Type) {
			return
		}
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return
		}
		under.Go(func() {
			l.forward(ctx, attempts, forwarder, e, func() { <-room }, func() { room <- struct{}{} })
		})
	})
	under.Wait()
	l.counted.Lock()
	defer l.counted.Unlock()
	l.say("forwarded %d events; %d were not acknowledged", l.counted.acknowledged+l.counted.failed, l.counted.failed)
	return err
}

// everywhere are all addresses: the developer chose the URL, and the request leaves from the developer's machine.
func everywhere() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
}

// poll calls forward for each new event, oldest first, until the context ends.
func (l *Listener) poll(ctx context.Context, ready func(), forward func(models.EventObject)) error {
	began, failures := false, 0
	for ctx.Err() == nil {
		events, err := l.unseen(ctx)
		wait := l.every()
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the end of the context is the end of the command
		case lasting(err):
			return err
		case err != nil:
			if failures == 0 {
				l.say("%s; trying again", err)
			}
			failures++
			wait = pause(wait, failures, err)
		default:
			if failures > 0 {
				l.say("the API answers again")
			}
			failures = 0
			if !began { // those events are of the time before
				began, events = true, nil
				ready()
			}
			for _, e := range events {
				forward(e)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return nil
}

// pause returns the wait after so many failed polls: twice as long each time, or the wait that the API asks for.
func pause(wait time.Duration, failures int, err error) time.Duration {
	wait = min(wait<<min(failures, 10), max(wait, pollSlowest))
	if refused := (*Error)(nil); errors.As(err, &refused) {
		wait = max(wait, refused.RetryAfter)
	}
	return wait
}

func (l *Listener) every() time.Duration {
	if l.Every == 0 {
		return pollEvery
	}
	return l.Every
}

// unseen returns the events that no earlier poll has seen, oldest first. If it fails, the next poll looks back as far.
func (l *Listener) unseen(ctx context.Context) (events []models.EventObject, err error) {
	if l.since.IsZero() {
		at, err := l.Client.do(ctx, http.MethodGet, "/v1/organization", l.Client.key, nil, nil)
		if err != nil {
			return nil, err
		}
		l.since = at.Add(-overlap)
	}
	query := url.Values{"created[gte]": {strconv.FormatInt(l.since.Unix(), 10)}}
	listed, at, err := l.Client.events(ctx, query)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(listed) {
		if _, known := l.seen[e.ID]; !known {
			l.seen[e.ID] = e.Created.Time
			events = append(events, e)
		}
	}
	// The clock of another replica may be behind. Going back would find events that seen has forgotten.
	if since := at.Add(-overlap); since.After(l.since) {
		l.since = since
	}
	maps.DeleteFunc(l.seen, func(_ string, created time.Time) bool { return created.Unix() < l.since.Unix() })
	return events, nil
}

func (l *Listener) wants(t models.EventType) bool {
	return len(l.Types) == 0 && slices.Contains(models.EventTypes(), t) || slices.Contains(l.Types, t)
}

// forward makes attempts until one is acknowledged, the waits are used up, or the context ends. It begins with room for
// an attempt; leave gives the room up while it waits, and enter takes it again.
func (l *Listener) forward(
	ctx, attempts context.Context, client *http.Client, e models.EventObject, leave, enter func(),
) {
	defer leave()
	waits := l.Retries
	if waits == nil {
		waits = RetriesDefault()
	}
	acknowledged := false
	for n := 0; ; n++ {
		var result string
		result, acknowledged = l.attempt(attempts, client, e)
		if acknowledged || n == len(waits) || ctx.Err() != nil {
			if !acknowledged {
				result += ", given up"
			}
			l.say("%s %s: %s", e.Type, e.ID, result)
			break
		}
		l.say("%s %s: %s, again in %s", e.Type, e.ID, result, waits[n])
		leave()
		select {
		case <-ctx.Done():
		case <-time.After(waits[n]):
		}
		enter()
		if ctx.Err() != nil {
			break
		}
	}
	l.counted.Lock()
	defer l.counted.Unlock()
	if acknowledged {
		l.counted.acknowledged++
	} else {
		l.counted.failed++
	}
}

// attempt sends the event once, as a delivery does, and returns the answer in words.
func (l *Listener) attempt(ctx context.Context, client *http.Client, e models.EventObject) (result string, ok bool) {
	e.PendingWebhooks = nil // a delivered body has none
	body, err := json.Marshal(e)
	if err != nil {
		return err.Error(), false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL, bytes.NewReader(body))
	if err != nil {
		return err.Error(), false
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", outbound.UserAgent)
	request.Header.Set("Stile-Webhook-Id", string(models.PrefixDelivery)+models.RandomID())
	request.Header.Set(signature.Header, signature.Sign(l.Secret, time.Now(), body))
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return outbound.Reason(err), false
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.CopyN(io.Discard, response.Body, answerRead); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Sprintf("%d, but %s", response.StatusCode, outbound.Reason(err)), false
	}
	ok = response.StatusCode >= 200 && response.StatusCode < 300
	return fmt.Sprintf("%d (%d ms)", response.StatusCode, time.Since(began).Milliseconds()), ok
}

// say writes one line, with the time.
func (l *Listener) say(format string, values ...any) {
	l.writing.Lock()
	defer l.writing.Unlock()
	_, _ = fmt.Fprintf(l.Out, time.Now().Format(time.TimeOnly)+"  "+format+"\n", values...)
}
