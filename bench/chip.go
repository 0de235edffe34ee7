package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

const (
	// chipRuns is the number of verifications in a turn.
	chipRuns = 40
	// warmUp is the CPU time that BouncyCastle verifies each chip before, so that its code is compiled.
	warmUp = 2 * time.Second
	// chipTarget is the target of the median of passive authentication, in milliseconds.
	chipTarget = 5
)

// chip measures the verification of chips of passports on one core, in CPU time: passive authentication beside
// BouncyCastle, which verifies the same files in turn, and active and chip authentication.
func (b bench) chip(ctx context.Context) (results []comparison, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	peer, err := startBouncyCastle(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, peer.close()) }()
	passive := &table{columns: []string{"p50", "p95", "BouncyCastle, p50", "p95", "faster by", "target of p50"}}
	for _, kind := range []string{
		"RSA", "RSA-PSS", "P-256", "P-384", "P-521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
	} {
		if err := b.passive(passive, kind, peer); err != nil {
			return results, fmt.Errorf("passive authentication with %s: %w", kind, err)
		}
		_, _ = fmt.Fprintf(b.progress, "chip: passive authentication with %s\n", kind)
	}
	results = []comparison{{title: "passive authentication, ms on one core", table: passive}}
	for _, protocol := range []struct {
		name    string
		kinds   []string
		prepare func(kind string) (func() (time.Duration, error), error)
	}{
		{"active authentication", []string{"RSA", "P-256", "brainpoolP256r1", "brainpoolP384r1"}, activeChip},
		{
			"chip authentication", []string{"P-256", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "DH"},
			agreeingChip,
		},
	} {
		times := &table{columns: []string{"p50", "p95"}}
		for _, kind := range protocol.kinds {
			once, err := protocol.prepare(kind)
			if err != nil {
				return results, fmt.Errorf("%s with %s: %w", protocol.name, kind, err)
			}
			took, err := repeatOnCPU(b.rounds*chipRuns, once)
			if err != nil {
				return results, fmt.Errorf("%s with %s: %w", protocol.name, kind, err)
			}
			times.add(kind, quantile(took, 50), quantile(took, 95))
		}
		results = append(results, comparison{title: protocol.name + ", ms on one core", table: times})
	}
	return results, nil
}

// passive adds the row of a kind of keys: those of the signer and of its authority.
func (b bench) passive(rows *table, kind string, peer *bouncyCastle) error {
	key, now := emrtdtest.NewKey(kind), time.Now()
	valid := emrtdtest.Template{NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}
	authority := emrtdtest.Authority(valid, key)
	files := emrtdtest.NewPassport(emrtdtest.Signer(valid, key, authority)).Files()
	trusted := csca.Trusting(authority.Certificate)
	once := func() (time.Duration, error) {
		return onCPU(func() error {
			_, err := emrtd.Verify(files, emrtd.Options{Now: now, Trust: func(s *emrtd.Certificate) error {
				_, err := trusted.Check(s, now)
				return err
			}})
			return err
		})
	}
	index, err := peer.add(files, authority.DER)
	if err != nil {
		return err
	}
	for warm := time.Duration(0); warm < warmUp; {
		took, err := peer.run(index, chipRuns)
		if err != nil {
			return err
		}
		for _, one := range took {
			warm += one
		}
	}
	var ours, theirs []time.Duration
	for range b.rounds {
		took, err := peer.run(index, chipRuns)
		if err != nil {
			return err
		}
		theirs = append(theirs, took...)
		if took, err = repeatOnCPU(chipRuns, once); err != nil {
			return err
		}
		ours = append(ours, took...)
	}
	faster := float64(percentile(theirs, 50)) / float64(percentile(ours, 50))
	rows.add(kind, quantile(ours, 50), quantile(ours, 95), quantile(theirs, 50), quantile(theirs, 95),
		fmt.Sprintf("%.1f", faster), fmt.Sprintf("under %d", chipTarget))
	return nil
}

// activeChip returns a verification of a chip's signature over a challenge.
func activeChip(kind string) (func() (time.Duration, error), error) {
	key, now := emrtdtest.NewKey(kind), emrtdtest.Now
	chip := &emrtdtest.Chip{ActiveKey: key, ActiveTrailer: 0x34}
	signer := emrtdtest.NewKey("P-256")
	passport := emrtdtest.NewPassport(
		emrtdtest.Signer(emrtdtest.Template{}, signer, emrtdtest.Authority(emrtdtest.Template{}, signer)))
	passport.Groups[emrtd.DG14] = emrtdtest.DataGroup14(emrtdtest.ActiveInfo(3))
	passport.Groups[emrtd.DG15] = emrtdtest.DataGroup15(key)
	document, err := emrtd.Verify(passport.Files(), emrtd.Options{
		Now: now, Trust: func(*emrtd.Certificate) error { return nil },
	})
	challenge := []byte("12345678")
	signature := chip.Sign(challenge)
	return func() (time.Duration, error) {
		return onCPU(func() error { return document.Active(challenge, signature) })
	}, err
}

// agreeingChip returns chip authentication, without the work of the chip.
func agreeingChip(kind string) (func() (time.Duration, error), error) {
	chip, dg14 := &emrtdtest.Chip{}, []byte(nil)
	if kind == "DH" {
		chip.DH = emrtdtest.NewDH()
		dg14 = emrtdtest.DataGroup14(emrtdtest.ChipKeyInfo(1, chip.DH.Public(), -1), emrtdtest.ChipInfo(1, 2, -1))
	} else {
		chip.ChipKey = emrtdtest.NewKey(kind)
		dg14 = emrtdtest.DataGroup14(emrtdtest.ChipKeyInfo(2, chip.ChipKey.Public(), -1), emrtdtest.ChipInfo(2, 2, -1))
	}
	return func() (time.Duration, error) {
		var session *emrtd.ChipSession
		began, err := onCPU(func() (err error) { session, err = emrtd.BeginChip(dg14); return err })
		if err != nil {
			return 0, err
		}
		answers := make([][]byte, len(session.Commands))
		for i, command := range session.Commands {
			if answers[i], err = chip.Transmit(command.APDU); err != nil {
				return 0, err
			}
		}
		checked, err := onCPU(func() error { return session.Answered(dg14, answers) })
		return began + checked, err
	}, nil
}

// onCPU returns the CPU time of a call.
func onCPU(call func() error) (time.Duration, error) {
	began := cpuTime()
	err := call()
	return cpuTime() - began, err
}

// repeatOnCPU returns the times of a number of runs.
func repeatOnCPU(times int, once func() (time.Duration, error)) (took []time.Duration, err error) {
	for range times {
		one, err := once()
		if err != nil {
			return nil, err
		}
		took = append(took, one)
	}
	return took, nil
}

// quantile returns a percentile of times in milliseconds, as text.
func quantile(times []time.Duration, p int) string {
	return fmt.Sprintf("%.2f", milliseconds(percentile(times, p)))
}

// bouncyCastle is the program in Java.
type bouncyCastle struct{ *dialogue }

// bouncyCastleJars are those of Debian's libbcpkix-java.
const bouncyCastleJars = "/usr/share/java/bcpkix.jar:/usr/share/java/bcprov.jar:/usr/share/java/bcutil.jar"

func startBouncyCastle(ctx context.Context) (*bouncyCastle, error) {
	if _, err := os.Stat("/usr/share/java/bcpkix.jar"); err != nil {
		return nil, errors.New("chip: BouncyCastle is missing; scripts/ensure-peers installs it")
	}
	d, err := startDialogue(exec.CommandContext(ctx, "java", "-XX:+UseSerialGC", "-cp",
		bouncyCastleJars, "bench/bouncycastle/Verify.java"))
	return &bouncyCastle{d}, err
}

// add gives a chip to the program, and returns its index.
func (p *bouncyCastle) add(files emrtd.Files, authority []byte) (string, error) {
	var line bytes.Buffer
	line.WriteString(base64.StdEncoding.EncodeToString(files.SOD) + " " + base64.StdEncoding.EncodeToString(authority))
	for number, file := range files.Groups {
		fmt.Fprintf(&line, " %d:%s", number, base64.StdEncoding.EncodeToString(file))
	}
	return p.ask(line.String())
}

// run returns the CPU times of a number of verifications.
func (p *bouncyCastle) run(index string, times int) (took []time.Duration, err error) {
	answer, err := p.ask(fmt.Sprintf("run %s %d", index, times))
	if err != nil {
		return nil, err
	}
	for _, word := range strings.Fields(answer) {
		nanoseconds, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		took = append(took, time.Duration(nanoseconds))
	}
	return took, nil
}
