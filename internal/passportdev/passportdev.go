// Package passportdev makes the passport of stile-dev: the authority of the fictional state Utopia, and the folder of a
// chip. It opens such folders, too: the chip in one answers a reader. Production does not contain it.
package passportdev

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// Files are the files of the development passport.
type Files struct{ dir string }

// TrustDir is the value for STILE_CSCA_DIR.
func (f Files) TrustDir() string { return filepath.Join(f.dir, "csca") }

// Chip is the folder of the chip.
func (f Files) Chip() string { return filepath.Join(f.dir, "chip") }

// The names of files in the folder of a chip, beside dg1.bin to dg16.bin.
const (
	sodFile    = "sod.bin"
	activeFile = "active.key"
	chipFile   = "chip.key"
)

// renewBefore is how long before the end of the signer's certificate everything is made anew.
const renewBefore = 30 * 24 * time.Hour

// Ensure makes the passport in a folder unless one is there that is valid for thirty days.
func Ensure(dir string, now time.Time) (Files, error) {
	f := Files{dir}
	made, err := os.Stat(filepath.Join(f.Chip(), sodFile))
	if err == nil && now.Before(made.ModTime().AddDate(1, 0, 0).Add(-renewBefore)) {
		return f, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	return f, f.write(now)
}

// write makes the authority, the signer and the chip.
func (f Files) write(now time.Time) error {
	authority := emrtdtest.Authority(emrtdtest.Template{
		CommonName: "stile-dev CSCA", NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(12, 0, 0),
	}, emrtdtest.NewKey("P-256"))
	signer := emrtdtest.Signer(emrtdtest.Template{
		CommonName: "stile-dev DS", NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(11, 0, 0),
	}, emrtdtest.NewKey("P-256"), authority)
	zone, err := zoneOf(now)
	if err != nil {
		return err
	}
	active, chip := emrtdtest.NewKey("P-256"), emrtdtest.NewKey("P-256")
	passport := emrtdtest.NewPassport(signer)
	passport.Groups[emrtd.DG1] = emrtdtest.DataGroup1(zone)
	passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(emrtdtest.ActiveInfo(3),
		emrtdtest.ChipKeyInfo(2, chip.Public(), -1), emrtdtest.ChipInfo(2, 2, -1))
	passport.Groups[emrtd.DG15] = emrtdtest.DataGroup15(active)
	files := map[string][]byte{
		filepath.Join(f.TrustDir(), "utopia.pem"): pem.EncodeToMemory(
			&pem.Block{Type: "CERTIFICATE", Bytes: authority.DER}),
		filepath.Join(f.Chip(), activeFile): keyText(active), filepath.Join(f.Chip(), chipFile): keyText(chip),
	}
	for number, file := range passport.Groups {
		files[filepath.Join(f.Chip(), groupFile(number))] = file
	}
	for path, content := range files {
		if err := writeFile(path, content); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(f.Chip(), sodFile), passport.SOD()) // the last: Ensure looks for it
}

func groupFile(number int) string { return fmt.Sprintf("dg%d.bin", number) }

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func keyText(key *emrtdtest.Key) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key.Private)
	if err != nil {
		panic(err) // the key has just been made
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// zoneOf returns the zone of an adult of Utopia with a passport that is valid for five years.
func zoneOf(now time.Time) (string, error) {
	expiry := now.AddDate(5, 0, 0)
	lines, err := mrz.Fields{
		Format: mrz.TD3, Code: "P", Issuer: "UTO", Nationality: "UTO", Number: "UT0000001",
		Birth: mrz.DateOf(1990, time.January, 31), Expiry: mrz.DateOf(expiry.Year(), expiry.Month(), expiry.Day()),
		Sex: "F", Surname: "SPECIMEN", GivenNames: "UTOPIA", Optional: []string{""},
	}.Lines()
	return strings.Join(lines, ""), err
}

// Chip is the chip of a folder.
type Chip struct {
	emrtd.Files
	chip *emrtdtest.Chip
}

// Open reads the folder of a chip.
func Open(dir string) (*Chip, error) {
	c := &Chip{Files: emrtd.Files{Groups: map[int][]byte{}}, chip: new(emrtdtest.Chip)}
	var err error
	if c.SOD, err = os.ReadFile(filepath.Join(dir, sodFile)); err != nil {
		return nil, err
	}
	for number := 1; number <= 16; number++ {
		file, err := os.ReadFile(filepath.Join(dir, groupFile(number)))
		if err == nil {
			c.Groups[number] = file
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if c.chip.ActiveKey, err = readKey(filepath.Join(dir, activeFile)); err != nil {
		return nil, err
	}
	c.chip.ChipKey, err = readKey(filepath.Join(dir, chipFile))
	return c, err
}

// readKey returns the key of a file; nil if there is none.
func readKey(path string) (*emrtdtest.Key, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a chip may lack either key
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key in PEM", path)
	}
	key, err := emrtdtest.ReadKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// Sign answers the challenge of active authentication; nil if the chip has no key for it.
func (c *Chip) Sign(challenge []byte) []byte {
	if c.chip.ActiveKey == nil {
		return nil
	}
	return c.chip.Sign(challenge)
}

// Relay answers commands; nil if the chip has no key for them.
func (c *Chip) Relay(commands []emrtd.Command) (answers [][]byte, err error) {
	if c.chip.ChipKey == nil {
		return nil, nil
	}
	for _, command := range commands {
		answer, err := c.chip.Transmit(command.APDU)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}
