package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/vision/models"
)

// ready holds the addresses and credentials that stile-dev prints when it is ready.
type ready struct {
	API               string `json:"api"`
	Temporal          string `json:"temporal"`
	TemporalNamespace string `json:"temporal_namespace"`
	TemporalUI        string `json:"temporal_ui"`
	Shop              string `json:"shop,omitempty"`
	Mail              string `json:"mail,omitempty"` // the inbox; "" if STILE_SMTP_URL is set
	seeded
	folder string
	models string // the folder that lacks models of faces, or ""
}

func newReady(api string, c config.Config, ui string, s seeded, folder string) ready {
	r := ready{
		API: api, Temporal: "http://" + c.TemporalAddress, TemporalNamespace: c.TemporalNamespace, TemporalUI: ui,
		seeded: s, folder: folder,
	}
	if set, err := models.Open(c.VisionModels); !c.VisionOff && c.VisionURL == "" && (err != nil || set.Lacks()) {
		r.models = c.VisionModels
	}
	if c.SMTP == nil {
		r.Mail = api + mail.InboxPath
	}
	return r
}

func (r ready) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintf(out, `Stile is ready.

%s  API           %s
%s  Temporal UI   %s
  Temporal      %s
  Sandbox       %s
                secret key       %s
                publishable key  %s
                workflow         %s
  Live          %s
                secret key       %s
                publishable key  %s
                workflow         %s

Try it:

  curl %s/v1/verification_sessions \
    -H "Authorization: Bearer %s" \
    -H "Content-Type: application/json" \
    -d '{"type": "age", "workflow_id": "%s"}'

See what happened to a session:

  go run ./cmd/stile%s session show vks_...

Send the events of the sandbox to a server of yours, and make one:

  go run ./cmd/stile%s listen --forward http://localhost:3000/webhooks
  go run ./cmd/stile%s trigger verification_session.verified
%s
Ctrl-C stops it; the same folder goes on where it was.
`, r.shopLine(), r.API, r.mailLine(), r.TemporalUI, r.Temporal,
		r.Sandbox.Org, r.Sandbox.SecretKey, r.Sandbox.PublishableKey, r.Sandbox.Workflow,
		r.Live.Org, r.Live.SecretKey, r.Live.PublishableKey, r.Live.Workflow,
		r.API, r.Sandbox.SecretKey, r.Sandbox.Workflow, r.dataFlag(), r.dataFlag(), r.dataFlag(), r.modelsLine())
	return err
}

// dataFlag is the flag by which the command stile finds the data folder, from the folder in which stile-dev was
// started.
func (r ready) dataFlag() string {
	if standard, err := filepath.Abs(localenv.FolderDefault); err == nil && standard == r.folder {
		return ""
	}
	return " --data '" + r.folder + "'"
}

// shopLine is the first address that a newcomer should open.
func (r ready) shopLine() string {
	if r.Shop == "" {
		return ""
	}
	return "  Try it here   " + r.Shop + "   a shop that asks for your age\n\n"
}

// modelsLine tells how methods that measure faces become available.
func (r ready) modelsLine() string {
	if r.models == "" {
		return ""
	}
	return "\nFor methods that measure faces, add their models (40 MB of npm) and start again:\n\n" +
		"  go run ./cmd/stile-vision models install --dir '" + r.models + "'\n"
}

// mailLine is the address of the inbox.
func (r ready) mailLine() string {
	if r.Mail == "" {
		return ""
	}
	return "  Mail          " + r.Mail + "   the mails to users\n"
}
