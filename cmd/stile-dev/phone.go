package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models"
)

// phoneCommand acts as the phone that has scanned a handoff's QR code.
func phoneCommand() *cobra.Command {
	var link, base, simulate string
	cmd := &cobra.Command{
		Use: "phone", Short: "Act as the phone that has scanned a handoff's QR code", Args: cobra.NoArgs,
		Long: "Takes the session of a handoff's link, asks for the number that the desktop shows, and then does the user's\n" +
			"part: in a sandbox every method that is offered is simulated.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, token, err := newPhone(link, base, cmd.OutOrStdout())
			if err != nil {
				return err
			}
			return p.run(cmd.Context(), token, simulate, bufio.NewReader(cmd.InOrStdin()))
		},
	}
	cmd.Flags().StringVar(&link, "url", "", "the url of the handoff, as POST /v1/verify/session/:id/handoff answers it")
	cmd.Flags().StringVar(&base, "api", "", "base of the API; the origin of --url unless given")
	cmd.Flags().StringVar(&simulate, "simulate", "pass", "what becomes of each method: pass, fail, requires_input, error, slow")
	_ = cmd.MarkFlagRequired("url")
	return cmd
}

// phone is a device that has taken a session, or is about to.
type phone struct {
	api, session, credential string
	out                      io.Writer
}

func newPhone(link, base string, out io.Writer) (*phone, string, error) {
	parsed, err := url.Parse(link)
	if err != nil || parsed.Query().Get("token") == "" {
		return nil, "", errors.New("--url must be the url of a handoff, with its token")
	}
	if base == "" {
		base = parsed.Scheme + "://" + parsed.Host
	}
	return &phone{api: strings.TrimSuffix(base, "/"), out: out}, parsed.Query().Get("token"), nil
}

// view is what the phone needs to know of its session.
type view struct {
	Status         string `json:"status"`
	HandoffChoices []int  `json:"handoff_choices"`
	Methods        []struct {
		Method string `json:"method"`
		Status string `json:"status"`
	} `json:"methods"`
}

func (p *phone) run(ctx context.Context, token, simulate string, in *bufio.Reader) error {
	if err := p.take(ctx, token); err != nil {
		return err
	}
	v, err := p.look(ctx)
	if err != nil {
		return err
	}
	if len(v.HandoffChoices) > 0 {
		if err := p.confirm(ctx, v.HandoffChoices, in); err != nil {
			return err
		}
	}
	if err := p.post(ctx, p.path("/open"), map[string]any{}, &v); err != nil {
		return err
	}
	return p.verify(ctx, simulate)
}

// say prints for whoever sits at the terminal; one that is gone hears nothing.
func (p *phone) say(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

func (p *phone) path(rest string) string { return "/v1/verify/session/" + p.session + rest }

func (p *phone) take(ctx context.Context, token string) error {
	var taken struct {
		DeviceToken string `json:"device_token"`
		SessionID   string `json:"session_id"`
	}
	err := p.post(ctx, "/v1/handoff/exchange", map[string]any{"token": token, "device_id": "stile-dev phone " + models.RandomID()}, &taken)
	p.credential, p.session = taken.DeviceToken, taken.SessionID
	if err == nil {
		p.say("This phone holds %s\n", p.session)
	}
	return err
}

func (p *phone) confirm(ctx context.Context, choices []int, in *bufio.Reader) error {
	shown := strings.Trim(strings.ReplaceAll(fmt.Sprint(choices), " ", ", "), "[]")
	p.say("Which number does the desktop show, %s? ", shown)
	line, err := in.ReadString('\n')
	if err != nil && line == "" {
		return err
	}
	number, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return errors.New("that is no number")
	}
	return p.post(ctx, p.path("/handoff/confirm"), map[string]any{"number": number}, nil)
}

// verify simulates what is offered, until the session has ended.
func (p *phone) verify(ctx context.Context, simulate string) error {
	last := ""
	for {
		v, err := p.look(ctx)
		if err != nil {
			return err
		}
		if v.Status != last {
			p.say("The session is %s\n", v.Status)
			last = v.Status
		}
		if status, known := models.ParseSessionStatus(v.Status); known && status.Terminal() {
			return nil
		}
		if method := v.available(); method != "" {
			p.say("%s: %s\n", method, simulate)
			err = p.post(ctx, p.path("/methods/"+method), map[string]any{"simulate": simulate}, nil)
		} else {
			err = p.post(ctx, p.path("/device/heartbeat"), map[string]any{}, nil)
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (v view) available() string {
	for _, method := range v.Methods {
		if method.Status == "available" {
			return method.Method
		}
	}
	return ""
}

func (p *phone) look(ctx context.Context) (v view, err error) {
	return v, p.call(ctx, http.MethodGet, p.path(""), nil, &v)
}

func (p *phone) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return p.call(ctx, http.MethodPost, path, bytes.NewReader(body), out)
}

func (p *phone) call(ctx context.Context, method, path string, body io.Reader, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, p.api+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if p.credential != "" {
		request.Header.Set("Authorization", "Bearer "+p.credential)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return refusal(response.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func refusal(status string, answer []byte) error {
	var failure struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(answer, &failure); err != nil || failure.Error.Code == "" {
		return fmt.Errorf("the API answers %s", status)
	}
	return fmt.Errorf("%s (%s)", failure.Error.Message, failure.Error.Code)
}
