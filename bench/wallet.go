package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
	"github.com/stile-id/stile/methods/wallet/trust"
)

const (
	walletNonce    = "n-0S6_WzA2Mj"
	walletAudience = "x509_san_dns:verifier.example"
	// verifications is the number of verifications in a turn. Node.js makes as many to warm up.
	verifications = 300
)

// wallet compares the verification of a driving licence and of a PID in SD-JWT with @auth0/mdl and @sd-jwt/sd-jwt-vc in
// Node.js: the same documents, up to the root of the issuer, one at a time. `npm ci` in web/ must have run.
func (b bench) wallet(ctx context.Context) (results []comparison, err error) {
	mdoctest.Now = time.Now().Truncate(time.Second)
	licence, pid := newLicence(ctx), newPID(ctx)
	peer, err := startPeer(ctx, map[string]any{"mdl": licence.peer, "pid": pid.peer})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, peer.close()) }()
	for _, d := range []document{licence, pid} {
		c, err := b.verifications(d, peer)
		if err != nil {
			return results, err
		}
		results = append(results, c)
	}
	return results, nil
}

// document is a wallet credential, verified by either side.
type document struct {
	name, title, base string
	// peer is the document as Node.js reads it.
	peer   map[string]any
	verify func() error
}

func (b bench) verifications(d document, p *peer) (comparison, error) {
	c := comparison{title: d.title, base: d.base, our: "Stile", of: speed, target: 10}
	if err := d.verify(); err != nil {
		return c, err
	}
	if _, err := p.turn(d.name); err != nil {
		return c, err
	}
	for range b.rounds {
		theirs, err := p.turn(d.name)
		if err != nil {
			return c, err
		}
		began := time.Now()
		for range verifications {
			if err := d.verify(); err != nil {
				return c, err
			}
		}
		ours := time.Since(began) / verifications
		c.rounds = append(c.rounds, pair{sample{p50: milliseconds(theirs)}, sample{p50: milliseconds(ours)}})
	}
	measured := repeated(func() { _ = d.verify() })
	floor, err := signatures()
	if err != nil {
		return c, err
	}
	c.alone = []fact{
		{what: "three signatures alone, µs", value: floor},
		{what: "allocations", value: float64(measured.AllocsPerOp())},
		{what: "allocated, kB", value: float64(measured.AllocedBytesPerOp()) / 1024},
	}
	return c, nil
}

// signatures returns the microseconds that crypto/ecdsa takes to verify three signatures by P-256. Either document has
// three: of the root, of the issuer and of the device.
func signatures() (float64, error) {
	key, digest := mdoctest.Key("P-256"), mdoctest.Random(32)
	signature, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return 0, err
	}
	public := key.Public().(*ecdsa.PublicKey)
	measured := repeated(func() {
		for range 3 {
			ecdsa.VerifyASN1(public, digest, signature)
		}
	})
	return float64(measured.NsPerOp()) / 1000, nil
}

// newLicence returns a driving licence that discloses nine elements.
func newLicence(ctx context.Context) document {
	issuer := mdoctest.NewIssuer("P-256")
	transcript := mdoc.RedirectTranscript(walletAudience, walletNonce, nil, "https://verifier.example/response")
	licence := mdoctest.NewMDL(issuer)
	response := licence.Respond(transcript)
	pool := trust.NewPool(trust.Anchor{Certificate: issuer.Root, DocTypes: []string{mdoc.DocTypeMDL}})
	o := mdoc.Options{
		Transcript: transcript, Now: mdoctest.Now,
		Requests: []mdoc.Request{{DocType: mdoc.DocTypeMDL, Elements: map[string][]string{
			mdoc.NamespaceMDL: {"age_over_21"},
		}}},
		Trust: func(i mdoc.Issuer) error {
			_, err := pool.Check(ctx, trust.Query{
				DocType: mdoc.DocTypeMDL, Chain: i.Chain, Signed: i.Signed, Now: mdoctest.Now, Profile: trust.ISO,
				Revocation: trust.Revocation{AcceptUnknown: true},
			})
			return err
		},
	}
	text := base64.RawURLEncoding.EncodeToString
	return document{
		name: "mdl", title: fmt.Sprintf("mDL, %d elements", len(licence.Items[mdoc.NamespaceMDL])), base: "@auth0/mdl",
		peer: map[string]any{
			"response": text(response), "transcript": text(transcript), "root": certificatePEM(issuer.Root.DER),
		},
		verify: func() error { _, err := mdoc.Verify(response, o); return err },
	}
}

// newPID returns a PID that discloses three claims.
func newPID(ctx context.Context) document {
	issuer := sdjwtvctest.NewIssuer("ES256", "https://pid.example", mdoctest.Now)
	pid := sdjwtvctest.NewPID(issuer, "ES256", walletNonce, walletAudience, mdoctest.Now)
	delete(pid.Claims, "status") // the package would fetch the list
	presentation := pid.Present()
	root, err := mdoc.ParseCertificate(issuer.Chain[1].Raw)
	if err != nil {
		panic(err) // this program has made it
	}
	pool := trust.NewPool(trust.Anchor{Certificate: root, DocTypes: []string{sdjwtvc.PIDType}})
	o := sdjwtvc.Options{
		Types: []string{sdjwtvc.PIDType}, Nonce: walletNonce, Audience: walletAudience, Now: mdoctest.Now,
		Trust: func(i sdjwtvc.Issuer) error {
			signer, err := mdoc.ParseCertificate(i.Chain[0].Raw)
			if err != nil {
				return err
			}
			_, err = pool.Check(ctx, trust.Query{
				DocType: sdjwtvc.PIDType, Chain: []*mdoc.Certificate{signer}, Signed: mdoctest.Now, Now: mdoctest.Now,
				Profile: trust.EU, Revocation: trust.Revocation{AcceptUnknown: true},
			})
			return err
		},
	}
	return document{
		name: "pid", title: "PID in SD-JWT", base: "@sd-jwt/sd-jwt-vc",
		peer: map[string]any{
			"presentation": presentation, "root": certificatePEM(issuer.Chain[1].Raw), "nonce": walletNonce,
		},
		verify: func() error { _, err := sdjwtvc.Verify(ctx, presentation, o); return err },
	}
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// peer is the program in Node.js.
type peer struct{ *dialogue }

// startPeer starts the program and gives it the documents.
func startPeer(ctx context.Context, documents map[string]any) (*peer, error) {
	command := exec.CommandContext(ctx, "node", "e2e/wallet/speed.mjs")
	command.Dir = "web"
	d, err := startDialogue(command)
	if err != nil {
		return nil, err
	}
	p := &peer{d}
	if _, err := p.tell(documents); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// tell sends a value as JSON and returns the answer.
func (p *peer) tell(value any) (string, error) {
	line, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	return p.ask(string(line))
}

// turn returns how long Node.js takes for one of many verifications of a document.
func (p *peer) turn(document string) (time.Duration, error) {
	took, err := p.tell(map[string]any{"document": document, "runs": verifications})
	if err != nil {
		return 0, err
	}
	nanoseconds, err := strconv.ParseFloat(took, 64)
	return time.Duration(nanoseconds), err
}
