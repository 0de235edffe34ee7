package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/passportdev"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/rules"
)

// useDevelopmentPassport makes a passport of Utopia in the data folder, at the first run, and trusts its authority
// unless the environment names trusted ones.
func useDevelopmentPassport(c *config.Config, folder *folder) error {
	files, err := passportdev.Ensure(folder.Path("passport"), time.Now())
	if err == nil && c.CSCADir == "" {
		c.CSCADir = files.TrustDir()
	}
	return err
}

// challenge is the answer to begin of nfc_passport.
type challenge struct {
	ID   string `json:"id"`
	Data struct {
		Active struct {
			Challenge []byte `json:"challenge"`
		} `json:"active_authentication"`
		Chip *struct {
			Commands []emrtd.Command `json:"commands"`
		} `json:"chip_authentication"`
	} `json:"data"`
}

// readChip does the reader's part of nfc_passport: it begins with DG14, has the chip answer, uploads the files, and
// returns the submission.
func (l *line) readChip(ctx context.Context) (map[string]any, error) {
	chip, err := passportdev.Open(l.passport)
	if err != nil {
		return nil, refused{err}
	}
	begin := map[string]string{}
	if file, ok := chip.Groups[emrtd.DG14]; ok {
		begin["dg14"] = base64.StdEncoding.EncodeToString(file)
	}
	var c challenge
	if err := l.post(ctx, l.path("/methods/"+string(rules.MethodNFCPassport)+"/begin"), begin, &c); err != nil {
		return nil, refused{err}
	}
	sent := map[string]any{"challenge": c.ID}
	if signature := chip.Sign(c.Data.Active.Challenge); signature != nil {
		sent["active_authentication"] = map[string]any{"signature": signature}
	}
	if c.Data.Chip != nil {
		answers, err := chip.Relay(c.Data.Chip.Commands)
		if err != nil {
			return nil, refused{err}
		}
		if answers != nil {
			sent["chip_authentication"] = map[string]any{"responses": answers}
		}
	}
	files := map[string][]byte{"sod": chip.SOD}
	for _, number := range []int{emrtd.DG1, emrtd.DG2, emrtd.DG14, emrtd.DG15} {
		if file, ok := chip.Groups[number]; ok {
			files["dg"+strconv.Itoa(number)] = file
		}
	}
	for name, file := range files {
		id, err := l.upload(ctx, file)
		if err != nil {
			return nil, err
		}
		sent[name] = id
	}
	return sent, nil
}

// upload sends a file and returns its id.
func (l *line) upload(ctx context.Context, file []byte) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	path := l.path("/uploads?method=" + string(rules.MethodNFCPassport))
	if err := l.send(ctx, path, "application/octet-stream", file, &made); err != nil {
		return "", refused{err}
	}
	return made.ID, nil
}

// input returns the submission to a method: that of the chip for nfc_passport, if there is one, and a simulation else.
func (l *line) input(ctx context.Context, method string) ([]byte, error) {
	if method != string(rules.MethodNFCPassport) || l.passport == "" {
		l.say("%s: simulated, to %s\n", method, l.simulate)
		return json.Marshal(map[string]string{"simulate": l.simulate})
	}
	l.say("%s: reading the chip in %s\n", method, l.passport)
	sent, err := l.readChip(ctx)
	if err != nil {
		return nil, err
	}
	return json.Marshal(sent)
}
