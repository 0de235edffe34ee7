package mail

import (
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// The paths of an Inbox.
const (
	InboxPath     = "/dev/mail"
	InboxJSONPath = "/dev/mail.json"
)

// inboxMost is the number of mails that an Inbox keeps.
const inboxMost = 100

var (
	//go:embed inbox.html
	inboxPage   string
	inboxLayout = template.Must(template.New("inbox").Parse(inboxPage))
)

// Inbox keeps the last mails in memory and shows them to this machine. It is for development.
type Inbox struct {
	mutex sync.Mutex
	mails []kept // newest first
}

// kept is a mail in the JSON of InboxJSONPath.
type kept struct {
	ID       string    `json:"id"`
	To       string    `json:"to"`
	FromName string    `json:"from_name"`
	Subject  string    `json:"subject"`
	Text     string    `json:"text"`
	HTML     string    `json:"html"`
	Sent     time.Time `json:"sent"`
}

// Send implements Sender. A repeated message replaces the first.
func (i *Inbox) Send(_ context.Context, m Message) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.mails = slices.DeleteFunc(i.mails, func(k kept) bool { return k.ID == m.ID })
	i.mails = slices.Insert(i.mails, 0, kept{
		ID: m.ID, To: m.To, FromName: m.FromName, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Sent: time.Now(),
	})
	i.mails = i.mails[:min(len(i.mails), inboxMost)]
	return nil
}

func (i *Inbox) list() []kept {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return append([]kept{}, i.mails...)
}

// Beside returns a handler that serves the inbox to this machine, and everything else by other. A request from another
// machine, or under another host name than localhost, never sees the inbox: a web page could send one under a name of
// its own.
func (i *Inbox) Beside(other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := r.URL.Path == InboxPath || r.URL.Path == InboxJSONPath
		if read := r.Method == http.MethodGet || r.Method == http.MethodHead; !known || !read || !local(r) {
			other.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.URL.Path == InboxJSONPath {
			h.Set("Content-Type", "application/json; charset=utf-8")
			_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": i.list()})
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		_ = inboxLayout.Execute(w, map[string]any{"Mails": i.list(), "Most": inboxMost})
	})
}

// local reports whether the request comes from this machine and names it as localhost or by a loopback address.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
