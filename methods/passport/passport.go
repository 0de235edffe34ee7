// Package passport serves nfc_passport: a phone reads the chip of a passport or an identity card, and Stile verifies
// that the files are those that the issuing state has signed, and that the chip is no copy. Package emrtd verifies;
// csca says which states' signers are trusted. docs/methods/nfc.md describes the method.
package passport

import (
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/rules"
)

// Options configure the method.
type Options struct {
	// Authorities are those that the operator trusts; nil means none.
	Authorities *csca.Folder
	// Log is slog.Default if nil.
	Log *slog.Logger
}

// Method returns the method.
func Method(o Options) methods.Method {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	m := passport{o}
	file := []string{methods.TypeChipData}
	return methods.Method{
		Name: rules.MethodNFCPassport, Begin: m, Accept: m, Judge: m, Uploads: true,
		Unavailable: o.Authorities.Unavailable,
		BeginFields: []methods.Field{
			{Name: "access", Type: methods.FieldObject, Optional: true},
			{Name: "dg14", Type: methods.FieldText, Optional: true},
		},
		Fields: []methods.Field{
			{Name: "challenge", Type: methods.FieldChallenge},
			{Name: "sod", Type: methods.FieldUpload, MediaTypes: file},
			{Name: "dg1", Type: methods.FieldUpload, MediaTypes: file},
			{Name: "dg2", Type: methods.FieldUpload, Optional: true, MediaTypes: file},
			{Name: "dg14", Type: methods.FieldUpload, Optional: true, MediaTypes: file},
			{Name: "dg15", Type: methods.FieldUpload, Optional: true, MediaTypes: file},
			{Name: "active_authentication", Type: methods.FieldObject, Optional: true},
			{Name: "chip_authentication", Type: methods.FieldObject, Optional: true},
			{Name: "access", Type: methods.FieldObject, Optional: true},
		},
	}
}

// passport is the method.
type passport struct{ options Options }

// state is the state of a challenge. It holds session keys, and is stored sealed.
type state struct {
	Access *access `json:"access,omitempty"`
	// Challenge is that of active authentication.
	Challenge []byte `json:"challenge"`
	// Chip is the session of chip authentication; nil without one.
	Chip *emrtd.ChipSession `json:"chip,omitempty"`
}

// data is the part of a challenge for the device.
type data struct {
	Access *access    `json:"access"`
	Active activeData `json:"active_authentication"`
	Chip   *chipData  `json:"chip_authentication"`
}

type activeData struct {
	Challenge []byte `json:"challenge"`
}

type chipData struct {
	Commands []emrtd.Command `json:"commands"`
}

func readState(text json.RawMessage) (s state, err error) {
	if json.Unmarshal(text, &s) != nil || len(s.Challenge) != emrtd.ChallengeSize {
		return s, errors.New("passport: the state of a challenge is not readable")
	}
	return s, nil
}
