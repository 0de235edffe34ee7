package passport

import (
	"context"
	"fmt"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

// The limits of a submission.
const (
	maxSignature = 1 << 10
	maxAnswers   = 8
	maxAnswer    = 64 << 10
)

// payload is a stored submission.
type payload struct {
	state
	SOD string `json:"sod"`
	// Groups are the uploads by the numbers of data groups.
	Groups    map[int]string `json:"groups"`
	Signature []byte         `json:"signature,omitempty"`
	Answers   [][]byte       `json:"answers,omitempty"`
	// Claimed is the access that the reader says it has used; nil where it says none.
	Claimed *access `json:"claimed,omitempty"`
}

type submission struct {
	Challenge *string `json:"challenge"`
	SOD       *string `json:"sod"`
	DG1       *string `json:"dg1"`
	DG2       *string `json:"dg2"`
	DG14      *string `json:"dg14"`
	DG15      *string `json:"dg15"`
	Active    *struct {
		Signature *string `json:"signature"`
	} `json:"active_authentication"`
	Chip *struct {
		Responses []string `json:"responses"`
	} `json:"chip_authentication"`
	Access *accessInput `json:"access"`
}

// Accept implements methods.Accepter.
func (m passport) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in submission
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	for name, value := range map[string]*string{"challenge": in.Challenge, "sod": in.SOD, "dg1": in.DG1} {
		if value == nil {
			return methods.Accepted{}, methods.Missing(name)
		}
	}
	p, err := in.read()
	if err != nil {
		return methods.Accepted{}, err
	}
	text, err := g.Held.Challenge(ctx, "challenge", *in.Challenge)
	if err != nil {
		return methods.Accepted{}, err
	}
	if p.state, err = readState(text); err != nil {
		return methods.Accepted{}, err
	}
	return methods.Accepted{Payload: p}, in.uploads(ctx, g.Held, &p)
}

// read reads the members that are no uploads.
func (in *submission) read() (p payload, err error) {
	if p.Claimed, err = in.Access.read(); err != nil {
		return p, err
	}
	if in.Active != nil {
		if in.Active.Signature == nil {
			return p, methods.Missing("active_authentication.signature")
		}
		p.Signature, err = octets("active_authentication.signature", *in.Active.Signature, maxSignature)
		if err != nil {
			return p, err
		}
	}
	if in.Chip == nil {
		return p, nil
	}
	if len(in.Chip.Responses) == 0 || len(in.Chip.Responses) > maxAnswers {
		return p, methods.NewInputError("chip_authentication.responses",
			"chip_authentication.responses must have the answer to each command")
	}
	for i, text := range in.Chip.Responses {
		answer, err := octets(fmt.Sprintf("chip_authentication.responses[%d]", i), text, maxAnswer)
		if err != nil {
			return p, err
		}
		p.Answers = append(p.Answers, answer)
	}
	return p, nil
}

// uploads looks the uploads up.
func (in *submission) uploads(ctx context.Context, held methods.Held, p *payload) error {
	p.Groups = map[int]string{}
	for _, file := range []struct {
		name   string
		number int // 0 for EF.SOD
		id     *string
	}{
		{"sod", 0, in.SOD}, {"dg1", emrtd.DG1, in.DG1}, {"dg2", emrtd.DG2, in.DG2}, {"dg14", emrtd.DG14, in.DG14},
		{"dg15", emrtd.DG15, in.DG15},
	} {
		if file.id == nil {
			continue
		}
		upload, err := held.Upload(ctx, file.name, *file.id)
		if err != nil {
			return err
		}
		if upload.MediaType != methods.TypeChipData {
			return methods.NewInputError(file.name, "%s must be a file of a chip", file.name)
		}
		if file.number == 0 {
			p.SOD = upload.ID
			continue
		}
		p.Groups[file.number] = upload.ID
	}
	return nil
}
