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

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/models"
)

// phoneCommand returns the command that acts as a phone that has scanned a handoff's QR code.
func phoneCommand() *cobra.Command {
	var link string
	p := &phone{}
	cmd := &cobra.Command{
		Use:   "phone",
		Short: "Act as the phone that has scanned a handoff's QR code",
		Args:  cobra.NoArgs,
		Long: "Takes the session of a handoff's link, asks for the number that the desktop shows, and then does the\n" +
			"user's part over the live channel: in a sandbox every method that is offered is simulated. With --passport\n" +
			"it reads the chip in a folder for nfc_passport, as a reader app does (docs/methods/nfc.md).",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.out, p.in = cmd.OutOrStdout(), bufio.NewReader(cmd.InOrStdin())
			return p.run(cmd.Context(), link)
		},
	}
	cmd.Flags().StringVar(&link, "url", "", "the url of the handoff, as POST /v1/verify/session/:id/handoff answers it")
	cmd.Flags().StringVar(&p.api, "api", "", "base of the API; the origin of --url unless given")
	cmd.Flags().StringVar(&p.simulate, "simulate", "pass",
		"outcome of each method: pass, fail or slow; or requires_input or error at the first attempt")
	cmd.Flags().StringVar(&p.passport, "passport", "", "folder of a chip to read for nfc_passport, such as "+
		localenv.FolderDefault+"/passport/chip")
	_ = cmd.MarkFlagRequired("url")
	return cmd
}

// phone is a device that claims a session and runs its methods.
type phone struct {
	api, session, token, device string
	out                         io.Writer
	in                          *bufio.Reader
	simulate                    string
	passport                    string // the folder of a chip; "" for none
	number                      int    // the number that the desktop shows
}

func (p *phone) run(ctx context.Context, link string) error {
	parsed, err := url.Parse(link)
	if err != nil || parsed.Query().Get("token") == "" {
		return errors.New("--url must be the url of a handoff, with its token")
	}
	if p.api == "" {
		p.api = parsed.Scheme + "://" + parsed.Host
	}
	p.api = strings.TrimSuffix(p.api, "/")
	if err := p.take(ctx, parsed.Query().Get("token")); err != nil {
		return err
	}
	if err := p.post(ctx, p.path("/open"), struct{}{}, &struct{}{}); err != nil {
		return err
	}
	return p.live(ctx)
}

// say prints to the terminal. It ignores a closed terminal.
func (p *phone) say(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

// take exchanges the link's token for a device token and asks the user for the number on the desktop.
func (p *phone) take(ctx context.Context, token string) error {
	p.device = "stile-dev phone " + models.RandomID()
	var taken struct {
		DeviceToken string `json:"device_token"`
		SessionID   string `json:"session_id"`
		Choices     []int  `json:"choices"`
	}
	err := p.post(ctx, "/v1/handoff/exchange", map[string]string{"token": token, "device_id": p.device}, &taken)
	if err != nil {
		return err
	}
	p.token, p.session = taken.DeviceToken, taken.SessionID
	p.say("This phone holds %s\n", p.session)
	if len(taken.Choices) > 0 {
		p.number, err = p.choose(taken.Choices)
	}
	return err
}

func (p *phone) path(rest string) string { return "/v1/verify/session/" + p.session + rest }

func (p *phone) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return p.send(ctx, path, "application/json", body, out)
}

func (p *phone) send(ctx context.Context, path, contentType string, body []byte, out any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.api+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
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

// choose asks the user for the number on the desktop.
func (p *phone) choose(choices []int) (int, error) {
	shown := strings.Trim(strings.ReplaceAll(fmt.Sprint(choices), " ", ", "), "[]")
	p.say("Which number does the desktop show, %s? ", shown)
	line, err := p.in.ReadString('\n')
	if err != nil && line == "" {
		return 0, err
	}
	number, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, errors.New("that is no number")
	}
	return number, nil
}
