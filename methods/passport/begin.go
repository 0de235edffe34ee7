package passport

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport/emrtd"
)

// maxSecurityInfos is the greatest length of DG14 in octets. Those in use have a few hundred.
const maxSecurityInfos = 16 << 10

// Begin implements methods.Beginner. The page begins with the access, for which it has asked the user; the reader
// begins with DG14 once it has opened the chip.
func (m passport) Begin(_ context.Context, b methods.Beginning) (methods.Begun, error) {
	var in struct {
		Access *accessInput `json:"access"`
		DG14   *string      `json:"dg14"`
	}
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	s := state{Challenge: make([]byte, emrtd.ChallengeSize)}
	if _, err := rand.Read(s.Challenge); err != nil {
		return methods.Begun{}, err
	}
	var err error
	if s.Access, err = in.Access.read(); err != nil {
		return methods.Begun{}, err
	}
	if s.Access == nil && b.Earlier != nil {
		earlier, err := readState(b.Earlier)
		if err != nil {
			return methods.Begun{}, err
		}
		s.Access = earlier.Access
	}
	if in.DG14 != nil {
		if s.Chip, err = beginChip(*in.DG14); err != nil {
			return methods.Begun{}, err
		}
	}
	out := data{Access: s.Access, Active: activeData{s.Challenge}}
	if s.Chip != nil {
		out.Chip = &chipData{s.Chip.Commands}
	}
	return methods.Begun{State: s, Data: out}, nil
}

// beginChip begins chip authentication; nil where the chip does not announce it, or announces no kind that is
// supported, which the verdict tells.
func beginChip(text string) (*emrtd.ChipSession, error) {
	file, err := octets("dg14", text, maxSecurityInfos)
	if err != nil {
		return nil, err
	}
	session, err := emrtd.BeginChip(file)
	var refused *emrtd.Fault
	switch {
	case !errors.As(err, &refused):
		return session, err
	case refused.Code == emrtd.ChipUnannounced, refused.Code == emrtd.ChipUnsupported:
		return nil, nil //nolint:nilnil // no session
	}
	return nil, methods.NewInputError("dg14", "dg14 is not a file DG14 of a chip: %s", refused.Code)
}

// octets reads base64 with padding.
func octets(param, text string, most int) ([]byte, error) {
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(content) == 0 || len(content) > most {
		return nil, methods.NewInputError(param, "%s must be base64 of 1 to %d octets", param, most)
	}
	return content, nil
}
