package device

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

const (
	// helloWithin is how long a phone may take to send hello.
	helloWithin = 10 * time.Second
	// liveWriteWithin is how long a device may take to read a message before it counts as gone.
	liveWriteWithin = 10 * time.Second
	// longestMessage is the size of a message with the largest chunk, in bytes.
	longestMessage = 4*largestChunk/3 + 4<<10
	// A device that sends more than messagesPerSecond is read no faster than that, after a burst.
	messagesPerSecond, messagesAtOnce = 20, 60
)

// live is the live channel of the phone that holds a session. One goroutine reads the phone's messages and answers
// them; another sends the state of the session whenever it changes. The state is read from the row when it is sent, so
// a slow phone gathers no queue.
type live struct {
	on   *Handlers
	conn *websocket.Conn
	pace *rate.Limiter
	log  *slog.Logger // with the request's id
	// The handshake: the session in its path, where it came from, the origin of its page, "" without one, and the
	// languages of its user.
	sessionID string
	sender    sessions.Sender
	origin    string
	languages []string
	// who identifies the phone. handoff was read after hello: its Socket is the number of this channel.
	who     rest.Caller
	handoff models.Handoff
	// saying orders messages: the answer to a message goes out before the state that the message leads to.
	saying sync.Mutex
	// told are the verdicts that the device has heard of, and state is the view that it has.
	told  map[string]bool
	state string
}

// ending is how Stile closes a channel.
type ending struct {
	status websocket.StatusCode
	reason string
}

func (e ending) Error() string { return "the channel is closed: " + e.reason }

// OpenLive takes requests for a live channel from the route of the view.
func (hs *Handlers) OpenLive(g *gin.Context) {
	if g.Request.Method != http.MethodGet || g.FullPath() != rest.PathVerify+"/:id" ||
		!strings.EqualFold(g.GetHeader("Upgrade"), "websocket") {
		return
	}
	defer g.Abort()
	if !hs.sockets.enter() {
		hs.kernel.Fail(g, rest.Unavailable("This replica is shutting down. Please connect again"))
		return
	}
	defer hs.sockets.leave()
	// Any origin may connect. Hello names the organization, and its origins are checked then; before hello the page has no
	// credential.
	handshake := &refusedHandshake{ResponseWriter: g.Writer}
	conn, err := websocket.Accept(handshake, g.Request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		hs.kernel.Fail(g, handshake.asError(err))
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(longestMessage)
	hs.open.Inc()
	defer hs.open.Dec()
	l := &live{
		on: hs, conn: conn, told: map[string]bool{}, pace: rate.NewLimiter(messagesPerSecond, messagesAtOnce),
		log: hs.log.With("request_id", rest.RequestID(g), "route", rest.RouteOf(g)), sessionID: rest.PathID(g, "id"),
		sender: hs.kernel.Sender(g.Request), origin: g.GetHeader("Origin"), languages: rest.Languages(g.Request),
	}
	l.run(context.WithoutCancel(g.Request.Context()))
	if l.handoff.ID != "" {
		rest.NoteCaller(g, l.who)
	}
}

// run is the life of a channel. Whichever side ends first ends the other one.
func (l *live) run(ctx context.Context) {
	session, err := l.greet(ctx)
	if err != nil {
		l.end(ctx, err)
		return
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	follower, leave := l.on.followers.follow(ctx, session)
	defer leave()
	ended := make(chan error, 2)
	var both sync.WaitGroup
	both.Go(func() { ended <- l.guard(func() error { return l.listen(ctx) }) })
	both.Go(func() { ended <- l.guard(func() error { return l.tell(ctx, follower, session) }) })
	l.end(ctx, <-ended) // while the other one goes on: somebody has to read the answer to the close
	stop()
	both.Wait()
}

// guard turns a panic into an error: it would end the process here.
func (l *live) guard(run func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			rest.LogPanic(l.log, cause)
			err = rest.ErrPanic
		}
	}()
	return run()
}

// listen reads and carries out one message after the other, no faster than the pace.
func (l *live) listen(ctx context.Context) error {
	for {
		if err := l.pace.Wait(ctx); err != nil {
			return err
		}
		kind, body, err := l.read(ctx)
		if err != nil {
			return err
		}
		if err := l.answer(ctx, kind, body); err != nil {
			return err
		}
	}
}

// lost says that there is nobody at the other end any more, or has said so.
type lost struct{ error }

func (l *live) read(ctx context.Context) (websocket.MessageType, []byte, error) {
	kind, body, err := l.conn.Read(ctx)
	if err != nil {
		err = lost{err}
	}
	return kind, body, err
}

// write sends a message. A device that does not take it in time is gone.
func (l *live) write(ctx context.Context, message any) error {
	body, err := rest.Encode(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, liveWriteWithin)
	defer cancel()
	if err := l.conn.Write(ctx, websocket.MessageText, body); err != nil {
		return lost{err}
	}
	return nil
}

// end closes the channel as it came to its end: 1000 and 1008 are for good, after anything else a device connects
// again.
func (l *live) end(ctx context.Context, err error) {
	var how ending
	switch {
	case errors.As(err, &lost{}):
		return
	case !errors.As(err, &how):
		how = l.fault(ctx, err)
	}
	_ = l.conn.Close(how.status, how.reason)
}

// fault sends the phone an error, and returns how to close the channel.
func (l *live) fault(ctx context.Context, err error) ending {
	public := rest.PublicError(ctx, l.log, err)
	_ = l.write(ctx, errorOf(nil, public))
	status := websocket.StatusPolicyViolation
	switch rest.StatusOf(public) {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		status = websocket.StatusTryAgainLater
	case http.StatusInternalServerError:
		status = websocket.StatusInternalError
	}
	return ending{status, string(public.Code)}
}

// sockets are the live channels of a process. None is opened once it shuts down.
type sockets struct {
	mu     sync.Mutex
	closed bool
	open   sync.WaitGroup
}

func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.open.Add(1)
	}
	return !s.closed
}

func (s *sockets) leave() { s.open.Done() }

func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// wait returns when none is open any more.
func (s *sockets) wait(ctx context.Context) error {
	left := make(chan struct{})
	go func() {
		s.open.Wait()
		close(left)
	}()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
