package passport_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/passport"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var now = emrtdtest.Now

// world is an operator's installation that trusts Utopia, and a reader with a chip of Utopia.
type world struct {
	*testing.T
	dir       string
	method    methods.Method
	authority *emrtdtest.Certificate
	passport  *emrtdtest.Passport
	chip      *emrtdtest.Chip

	kind    string // of the session
	years   int
	uploads map[string][]byte
	state   json.RawMessage // of the open challenge; nil without one
	data    struct {
		Access map[string]string `json:"access"`
		Active struct {
			Challenge []byte `json:"challenge"`
		} `json:"active_authentication"`
		Chip *struct {
			Commands []emrtd.Command `json:"commands"`
		} `json:"chip_authentication"`
	}
}

// zone is that of a person born on 12 August 1974; the document expires on 15 April 2032.
const zone = emrtdtest.Zone

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, dir: t.TempDir(), authority: emrtdtest.Authority(emrtdtest.Template{}, emrtdtest.NewKey("P-256")),
		kind: "age", years: 18,
	}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "ut.cer"), w.authority.DER, 0o600))
	signer := emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), w.authority)
	w.passport = emrtdtest.NewPassport(signer)
	active, chip := emrtdtest.NewKey("P-256"), emrtdtest.NewKey("P-256")
	w.passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(emrtdtest.ActiveInfo(3),
		emrtdtest.ChipKeyInfo(2, chip.Public(), -1), emrtdtest.ChipInfo(2, 2, -1))
	w.passport.Groups[emrtd.DG15] = emrtdtest.DataGroup15(active)
	w.chip = &emrtdtest.Chip{ActiveKey: active, ChipKey: chip}
	return w
}

func (w *world) open() {
	w.Helper()
	trusted, err := csca.Open(csca.FolderOptions{Dir: w.dir, Now: func() time.Time { return now }})
	require.NoError(w, err)
	w.method = passport.Method(passport.Options{Authorities: trusted, Log: slog.New(slog.DiscardHandler)})
	require.Empty(w, w.method.Unavailable())
}

func (w *world) attempt() methods.Attempt {
	return methods.Attempt{
		Method: rules.MethodNFCPassport, SessionID: "vks_1", Type: w.kind, Tier: rules.MinAge(w.years), Number: 1,
	}
}

// input is a JSON object of a device.
type input string

func (i input) Has(string) bool { return false }

func (i input) Read(into any) error {
	return jsonv2.Unmarshal([]byte(i), into, jsonv2.RejectUnknownMembers(true))
}

func inputOf(t *testing.T, members map[string]any) input {
	t.Helper()
	text, err := json.Marshal(members)
	require.NoError(t, err)
	return input(text)
}

// begin begins with members, and keeps state and data.
func (w *world) begin(members map[string]any) error {
	w.Helper()
	made, err := w.method.Begin.Begin(w.Context(), methods.Beginning{
		Attempt: w.attempt(), Input: inputOf(w.T, members), ChallengeID: "mch_1", Earlier: w.state, Now: now,
	})
	if err != nil {
		return err
	}
	w.state, err = json.Marshal(made.State)
	require.NoError(w, err)
	text, err := json.Marshal(made.Data)
	require.NoError(w, err)
	w.data.Chip = nil
	return json.Unmarshal(text, &w.data)
}

// Upload, Challenge and Code implement methods.Held, and Content implements methods.Uploads.
func (w *world) Upload(_ context.Context, param, id string) (methods.Upload, error) {
	content, ok := w.uploads[id]
	if !ok {
		return methods.Upload{}, methods.NewInputError(param, "no such upload")
	}
	kind, _ := methods.UploadType(content)
	return methods.Upload{ID: id, MediaType: kind, Size: int64(len(content))}, nil
}

func (w *world) Challenge(_ context.Context, param, id string) (json.RawMessage, error) {
	if id != "mch_1" {
		return nil, methods.NewInputError(param, "no such challenge")
	}
	return w.state, nil
}

func (w *world) Code(context.Context, string, string) error { return errors.New("no codes") }

func (w *world) Content(_ context.Context, id string) ([]byte, error) { return w.uploads[id], nil }

// reads has the reader read the chip, and returns the submission.
func (w *world) reads() map[string]any {
	w.Helper()
	w.open()
	begin := map[string]any{}
	if file, ok := w.passport.Groups[emrtd.DG14]; ok {
		begin["dg14"] = base64.StdEncoding.EncodeToString(file)
	}
	require.NoError(w, w.begin(begin))
	files := w.passport.Files()
	w.uploads = map[string][]byte{"upl_sod": files.SOD}
	sent := map[string]any{"challenge": "mch_1", "sod": "upl_sod"}
	for number, file := range files.Groups {
		name := "dg" + strconv.Itoa(number)
		w.uploads["upl_"+name], sent[name] = file, "upl_"+name
	}
	if w.chip.ActiveKey != nil {
		sent["active_authentication"] = map[string]any{"signature": w.chip.Sign(w.data.Active.Challenge)}
	}
	if w.data.Chip != nil {
		var answers [][]byte
		for _, command := range w.data.Chip.Commands {
			answer, err := w.chip.Transmit(command.APDU)
			require.NoError(w, err)
			answers = append(answers, answer)
		}
		sent["chip_authentication"] = map[string]any{"responses": answers}
	}
	return sent
}

// accept submits members, twice: a repeat must have the same bytes.
func (w *world) accept(members map[string]any) (json.RawMessage, error) {
	w.Helper()
	var payloads [2]json.RawMessage
	for i := range payloads {
		taken, err := w.method.Accept.Accept(w.Context(), methods.Given{
			Attempt: w.attempt(), Input: inputOf(w.T, members), Held: w, Today: rules.DateOf(now),
		})
		if err != nil {
			return nil, err
		}
		payloads[i], err = json.Marshal(taken.Payload)
		require.NoError(w, err)
	}
	require.Equal(w, string(payloads[0]), string(payloads[1]))
	return payloads[0], nil
}

func (w *world) judged(members map[string]any) methods.Verdict {
	w.Helper()
	payload, err := w.accept(members)
	require.NoError(w, err)
	v, err := w.method.Judge.Judge(w.Context(), methods.Submission{
		Attempt: w.attempt(), Payload: payload, Uploads: w, Received: now, Today: rules.DateOf(now.Add(-12 * time.Hour)),
	})
	require.NoError(w, err)
	return v
}

// passed returns the names of the checks that a verdict has passed.
func passed(v methods.Verdict) (names []string) {
	for _, check := range v.Checks {
		if check.Passed {
			names = append(names, check.Name)
		}
	}
	return names
}

func TestChipProvesAnAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.judged(w.reads())
	require.Equal(t, graph.OutcomePassed, v.Outcome)
	require.Equal(t, []string{
		"passive_authentication", "data_groups_intact", "issuer_trusted", "active_authentication", "chip_authentication",
		"mrz_check_digits", "not_expired", "age_over_18",
	}, passed(v))
	require.Contains(t, v.Checks, rules.Check{Name: "not_revoked", NotPerformed: true})
	require.Equal(t, &rules.PhysicalDocument{Type: rules.Passport, IssuingCountry: "UTO", Expiry: rules.ExpiryValid},
		v.Physical)
	require.Equal(t, "PASSPORT|UTO|L898902C3", v.Document)
	require.Equal(t, 18, v.AgeTier.Years())
}

func TestIdentityNeedsNoAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kind, w.years = methods.TypeIdentity, 0
	v := w.judged(w.reads())
	require.Equal(t, graph.OutcomePassed, v.Outcome)
	require.NotContains(t, passed(v), "age_over_00")
	require.NotEmpty(t, v.Document)
}

func TestAccessGoesFromThePageToTheReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	require.NoError(t, w.begin(map[string]any{"access": map[string]string{
		"document_number": "l898-902c 3<", "date_of_birth": "1974-08-12", "date_of_expiry": "320415",
	}}))
	access := map[string]string{"document_number": "L898902C3", "date_of_birth": "740812", "date_of_expiry": "320415"}
	require.Equal(t, access, w.data.Access)
	v := w.judged(w.reads()) // the reader begins again, with DG14
	require.Equal(t, access, w.data.Access)
	require.Contains(t, passed(v), "access_zone_matches")

	other := newWorld(t)
	other.open()
	require.NoError(t, other.begin(map[string]any{"access": map[string]string{
		"document_number": "L898902C4", "date_of_birth": "740812", "date_of_expiry": "320415",
	}}))
	v = other.judged(other.reads())
	require.Equal(t, []rules.ReasonCode{rules.ReasonDataMismatch}, v.ReasonCodes, "the chip is of another document")
	require.NotContains(t, passed(v), "access_zone_matches")

	sent := w.reads()
	sent["access"] = map[string]string{"document_number": "X", "date_of_birth": "740812", "date_of_expiry": "320415"}
	require.Equal(t, []rules.ReasonCode{rules.ReasonDataMismatch}, w.judged(sent).ReasonCodes)
}

// spoiled is a fault of a chip, a reader or the operator's folder, and the reason that it leads to.
type spoiled struct {
	reason  rules.ReasonCode
	check   string
	outcome graph.Outcome
	before  func(w *world)                      // the chip is read
	after   func(w *world, sent map[string]any) // before the submission
}

var spoils = map[string]spoiled{
	"altered name": {rules.ReasonChipAuthenticationFailed, "data_groups_intact", "failed", nil,
		func(w *world, _ map[string]any) { w.uploads["upl_dg1"] = emrtdtest.DataGroup1("X" + zone[1:]) }},
	"altered signature": {rules.ReasonChipAuthenticationFailed, "passive_authentication", "failed",
		func(w *world) {
			w.passport.Message = func(m *emrtdtest.Message) { m.SentSignature = []byte{0x30, 6, 2, 1, 1, 2, 1, 1} }
		}, nil},
	"file cut short": {rules.ReasonChipUnreadable, "passive_authentication", "requires_input", nil,
		func(w *world, _ map[string]any) { w.uploads["upl_sod"] = []byte{0x77, 0x02, 0x30, 0x00} }},
	"DG15 kept back": {rules.ReasonChipUnreadable, "data_groups_intact", "failed", nil,
		func(_ *world, sent map[string]any) { delete(sent, "dg15"); delete(sent, "active_authentication") }},
	"SHA-1": {rules.ReasonDocumentNotSupported, "passive_authentication", "failed",
		func(w *world) { w.passport.Hash = 3 }, nil},
	"unknown authority": {rules.ReasonDocumentIssuerUntrusted, "issuer_trusted", "failed", func(w *world) {
		other := emrtdtest.Authority(emrtdtest.Template{CommonName: "Other"}, emrtdtest.NewKey("P-256"))
		w.passport.Signer = emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), other)
	}, nil},
	"authority of another state": {rules.ReasonDocumentIssuerUntrusted, "issuer_trusted", "failed", func(w *world) {
		other := emrtdtest.Authority(emrtdtest.Template{Country: "DE"}, emrtdtest.NewKey("P-256"))
		w.passport.Signer = emrtdtest.Signer(emrtdtest.Template{Country: "DE"}, emrtdtest.NewKey("P-256"), other)
		w.write("de.cer", other.DER)
	}, nil},
	"expired signer": {rules.ReasonDocumentIssuerExpired, "issuer_trusted", "failed", func(w *world) {
		w.passport.Signer = emrtdtest.Signer(emrtdtest.Template{NotAfter: now.AddDate(0, 0, -1)},
			emrtdtest.NewKey("P-256"), w.authority)
	}, nil},
	"revoked signer": {rules.ReasonDocumentIssuerRevoked, "not_revoked", "failed", func(w *world) {
		w.write("ut.crl", emrtdtest.RevocationList(w.authority, now, now, w.passport.Signer.Serial.Int64()))
	}, nil},
	"no revocation list": {rules.ReasonDocumentStatusUnavailable, "not_revoked", "error", func(w *world) {
		w.write(csca.SettingsFile, []byte("revocation_lists: required\n"))
	}, nil},
	"copy without the keys": {rules.ReasonChipAuthenticationFailed, "active_authentication", "failed", nil,
		func(_ *world, sent map[string]any) {
			delete(sent, "active_authentication")
			delete(sent, "chip_authentication")
		}},
	"copy with other keys": {rules.ReasonChipAuthenticationFailed, "active_authentication", "failed",
		func(w *world) {
			w.chip = &emrtdtest.Chip{ActiveKey: emrtdtest.NewKey("P-256"), ChipKey: w.chip.ChipKey}
		}, nil},
	"copy of chip authentication": {rules.ReasonChipAuthenticationFailed, "chip_authentication", "failed",
		func(w *world) { w.chip.ChipKey = emrtdtest.NewKey("P-256") }, nil},
	"chip that cannot be asked": {rules.ReasonDocumentNotSupported, "chip_authentication", "failed", func(w *world) {
		w.passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(
			emrtdtest.ChipKeyInfo(2, emrtdtest.NewKey("P-256").Public(), -1), emrtdtest.ChipInfo(2, 9, -1))
		delete(w.passport.Groups, emrtd.DG15)
		w.chip = &emrtdtest.Chip{}
	}, nil},
	"wrong check digit": {rules.ReasonDocumentCheckDigitsWrong, "mrz_check_digits", "failed",
		func(w *world) { w.passport.Groups[emrtd.DG1] = emrtdtest.DataGroup1(zone[:53] + "7" + zone[54:]) }, nil},
	"expired document": {rules.ReasonDocumentExpired, "not_expired", "failed",
		func(w *world) { w.passport.Groups[emrtd.DG1] = emrtdtest.DataGroup1(expiredZone) }, nil},
	"young person": {rules.ReasonUnderAge, "age_over_21", "failed", func(w *world) {
		w.years = 21
		w.passport.Groups[emrtd.DG1] = emrtdtest.DataGroup1(youngZone)
	}, nil},
	"birth without a year": {rules.ReasonDocumentAgeUnproven, "age_over_18", "failed",
		func(w *world) { w.passport.Groups[emrtd.DG1] = emrtdtest.DataGroup1(unknownZone) }, nil},
}

func (w *world) write(name string, content []byte) {
	w.Helper()
	require.NoError(w, os.WriteFile(filepath.Join(w.dir, name), content, 0o600))
}

func TestEachFaultHasItsReason(t *testing.T) {
	t.Parallel()
	for name, s := range spoils {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if s.before != nil {
				s.before(w)
			}
			sent := w.reads()
			if s.after != nil {
				s.after(w, sent)
			}
			v := w.judged(sent)
			require.Equal(t, []rules.ReasonCode{s.reason}, v.ReasonCodes)
			require.Equal(t, s.outcome, v.Outcome)
			require.Equal(t, rules.Check{Name: s.check}, v.Checks[len(v.Checks)-1])
			require.Empty(t, v.Document)
		})
	}
}

func TestEitherProtocolSuffices(t *testing.T) {
	t.Parallel()
	for _, left := range []string{"active_authentication", "chip_authentication"} {
		w := newWorld(t)
		sent := w.reads()
		delete(sent, left)
		v := w.judged(sent)
		require.Equal(t, graph.OutcomePassed, v.Outcome)
		require.NotContains(t, passed(v), left)
	}
}

func TestChipWithoutProtocolsPasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	delete(w.passport.Groups, emrtd.DG14)
	delete(w.passport.Groups, emrtd.DG15)
	w.chip = &emrtdtest.Chip{}
	v := w.judged(w.reads())
	require.Equal(t, graph.OutcomePassed, v.Outcome)
	require.NotContains(t, passed(v), "active_authentication")
}

func TestFaultyInputNamesTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := w.reads()
	with := func(name string, value any) map[string]any {
		changed := map[string]any{}
		for k, v := range sent {
			changed[k] = v
		}
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
		return changed
	}
	w.uploads["upl_photo"] = []byte("\xff\xd8\xff\xe0")
	for param, members := range map[string]map[string]any{
		"challenge":                       with("challenge", nil),
		"sod":                             with("sod", nil),
		"dg1":                             with("dg1", "upl_photo"),
		"dg14":                            with("dg14", "upl_none"),
		"active_authentication.signature": with("active_authentication", map[string]string{}),
		"chip_authentication.responses":   with("chip_authentication", map[string]any{"responses": []string{}}),
		"chip_authentication.responses[0]": with("chip_authentication",
			map[string]any{"responses": []string{"?"}}),
		"access.date_of_birth": with("access", map[string]string{"document_number": "1", "date_of_expiry": "300131"}),
		"access.document_number": with("access",
			map[string]string{"document_number": "É", "date_of_birth": "300131", "date_of_expiry": "300131"}),
		"access.date_of_expiry": with("access",
			map[string]string{"document_number": "1", "date_of_birth": "300131", "date_of_expiry": "soon"}),
	} {
		_, err := w.accept(members)
		var fault *methods.InputError
		require.ErrorAs(t, err, &fault, param)
		require.Equal(t, param, fault.Param)
	}
	for param, members := range map[string]map[string]any{
		"dg14":                   {"dg14": base64.StdEncoding.EncodeToString([]byte{0x6e, 0})},
		"access.document_number": {"access": map[string]string{}},
	} {
		var fault *methods.InputError
		require.ErrorAs(t, w.begin(members), &fault, param)
		require.Contains(t, fault.Param, param[:4])
	}
}

func TestAnswersOfAnEarlierChallengeAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := w.reads()
	file := base64.StdEncoding.EncodeToString(w.passport.Groups[emrtd.DG14])
	require.NoError(t, w.begin(map[string]any{"dg14": file}))
	require.Equal(t, []rules.ReasonCode{rules.ReasonChipAuthenticationFailed}, w.judged(sent).ReasonCodes)
}
