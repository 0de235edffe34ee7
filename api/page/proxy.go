package page

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// proxyPolicy is the Content-Security-Policy of a page that a development server serves: its styles are inline, and
// its socket tells the page of changes.
const proxyPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors http://localhost:* http://127.0.0.1:*"

// ParseProxy returns the address of a development server: an http or https origin of this machine.
func ParseProxy(text string) (*url.URL, error) {
	target, err := url.Parse(text)
	if err == nil && isLoopback(target) && strings.Trim(text, "/") == target.Scheme+"://"+target.Host {
		return target, nil
	}
	return nil, fmt.Errorf("must be an address of this machine, such as http://127.0.0.1:5173, not %q", text)
}

func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return (u.Scheme == "http" || u.Scheme == "https") && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Proxy returns a handler that passes the requests for the page and its files to a development server, with its
// sockets, and all others to next. Its policy is weaker than that of Handlers, so it is for development only.
func Proxy(target *url.URL, next http.Handler) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(response *http.Response) error {
			response.Header.Set("Content-Security-Policy", proxyPolicy)
			response.Header.Set("Referrer-Policy", "no-referrer")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "The development server at "+target.String()+" does not answer", http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == Path || strings.HasPrefix(r.URL.Path, Path+"/") {
			proxy.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
