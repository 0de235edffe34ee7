package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/passportdev"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
	"github.com/stile-id/stile/rules"
)

const chipMethod = "nfc_passport"

// reads does the reader's part: it begins with DG14, has the chip answer, uploads the files and submits.
func (s session) reads(t *testing.T, chip *passportdev.Chip) answer {
	t.Helper()
	begun := s.user.post(t, s.verify("/methods/"+chipMethod+"/begin"),
		body{"dg14": base64.StdEncoding.EncodeToString(chip.Groups[emrtd.DG14])}).expect(t, 201)
	var data struct {
		Active struct {
			Challenge []byte `json:"challenge"`
		} `json:"active_authentication"`
		Chip struct {
			Commands []emrtd.Command `json:"commands"`
		} `json:"chip_authentication"`
	}
	text, err := json.Marshal(begun.json["data"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &data))
	answers, err := chip.Relay(data.Chip.Commands)
	require.NoError(t, err)
	sent := body{
		"challenge": begun.text("id"), "sod": s.uploads(t, chipMethod, string(chip.SOD)).expect(t, 201).text("id"),
		"active_authentication": body{"signature": chip.Sign(data.Active.Challenge)},
		"chip_authentication":   body{"responses": answers},
	}
	for number, file := range chip.Groups {
		name := "dg" + strconv.Itoa(number)
		sent[name] = s.uploads(t, chipMethod, string(file)).expect(t, 201).text("id")
	}
	return s.submit(t, chipMethod, sent)
}

// openChip opens the chip of a folder of development passports.
func openChip(t *testing.T, files passportdev.Files) *passportdev.Chip {
	t.Helper()
	chip, err := passportdev.Open(files.Chip())
	require.NoError(t, err)
	return chip
}

func TestChipsOfPassports(t *testing.T) {
	t.Parallel()
	files, err := passportdev.Ensure(t.TempDir(), time.Now())
	require.NoError(t, err)
	onEveryBackend(t, func(t *testing.T, s *stack) {
		m := s.liveUnheard(t, simple(rules.MethodNFCPassport))
		t.Run("a forged chip is refused, and a sound one verifies", func(t *testing.T) { chipIsRead(t, m, files) })
		t.Run("stile-dev acts as the reader", func(t *testing.T) { devReadsTheChip(t, s, m, files) })
	}, func(c *config.Config) { c.CSCADir = files.TrustDir() })
}

func chipIsRead(t *testing.T, m merchant, files passportdev.Files) {
	t.Helper()
	v := m.create(t, nil)
	v.open(t)
	sound := openChip(t, files)
	forged := *sound
	forged.Groups = maps.Clone(sound.Groups)
	forged.Groups[emrtd.DG1] = emrtdtest.DataGroup1(emrtdtest.Zone)
	v.reads(t, &forged).expect(t, 202)
	testkit.Eventually(t, func() bool { return len(v.results(t)) == 1 })
	require.Contains(t, fmt.Sprint(v.results(t)), "chip_authentication_failed")

	access := body{"access": body{
		"document_number": "UT0000001", "date_of_birth": "1990-01-31", "date_of_expiry": "310101",
	}}
	v.user.post(t, v.verify("/methods/"+chipMethod+"/begin"), access).expect(t, 201)
	v.reads(t, sound).expect(t, 202)
	testkit.Eventually(t, func() bool { return len(v.results(t)) == 2 })
	require.Contains(t, fmt.Sprint(v.results(t)), "data_mismatch", "the access has another date of expiry")

	w := m.create(t, nil)
	w.open(t)
	w.reads(t, sound).expect(t, 202)
	w.until(t, "verified")
	require.Contains(t, fmt.Sprint(w.results(t)), "chip_authentication")
}

// devReadsTheChip runs the steps of docs/methods/nfc.md.
func devReadsTheChip(t *testing.T, s *stack, m merchant, files passportdev.Files) {
	t.Helper()
	desktop := m.create(t, nil)
	desktop.open(t)
	link := desktop.user.post(t, desktop.verify("/handoff"), nil).expect(t, 200).text("url")
	said := desktop.confirmedBy(t, phoneCommand(t, link, s.app.URL(), "--passport", files.Chip()))
	require.Contains(t, said, "reading the chip")
	require.Contains(t, said, "nfc_passport: passed")
	require.Equal(t, "verified", desktop.get(t).text("status"))
}

// chipped verifies a session by the chip that stile-dev has made, and returns the texts that must not be found.
func chipped(t *testing.T, m merchant, data string) []string {
	t.Helper()
	files, err := passportdev.Ensure(filepath.Join(data, "passport"), time.Now())
	require.NoError(t, err)
	m.workflow = m.publish(t, simple(rules.MethodNFCPassport))
	v := m.create(t, body{"type": "identity", "jurisdiction": "US-CA"})
	chip := openChip(t, files)
	v.user.post(t, v.verify("/methods/"+chipMethod+"/begin"), body{"access": body{
		"document_number": "UT0000001", "date_of_birth": "1990-01-31x", "date_of_expiry": "310101",
	}}).refused(t, 400, "parameter_invalid", "access.date_of_birth")
	v.reads(t, chip).expect(t, 202)
	v.until(t, "verified")
	return []string{"UT0000001", "SPECIMEN<<UTOPIA", "UTO9001311"}
}
