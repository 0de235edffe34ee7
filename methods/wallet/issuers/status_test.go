package issuers_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/rules"
)

// list is a status list in CWT form with two bits for each credential: index 0 is valid, 1 invalid, 2 suspended, 3 has
// another value, and 4 does not exist.
type list struct {
	claims map[any]any
	key    crypto.Signer
	chain  [][]byte // nil for a list without certificates
	sent   func([]byte) []byte
}

func newList(uri string, signer *mdoc.Certificate, key crypto.Signer) *list {
	var packed bytes.Buffer
	to := zlib.NewWriter(&packed)
	_, _ = to.Write([]byte{0b11100100})
	_ = to.Close()
	return &list{
		claims: map[any]any{
			2: uri, 6: mdoctest.Now.Add(-time.Hour).Unix(), 4: mdoctest.Now.Add(24 * time.Hour).Unix(), 65534: 12 * 3600,
			65533: map[string]any{"bits": 2, "lst": packed.Bytes()},
		},
		key: key, chain: [][]byte{signer.DER},
	}
}

func (l *list) body() []byte {
	algorithm, _ := mdoctest.Algorithm(l.key.Public())
	token := &mdoctest.COSE{
		Protected: map[any]any{1: algorithm, 16: "application/statuslist+cwt"}, Unprotected: map[any]any{},
		Payload: mdoctest.Encode(l.claims),
	}
	if l.chain != nil {
		token.Unprotected[33] = l.chain
	}
	token.Sign(l.key)
	body := append([]byte{0xd2}, token.Encode()...)
	if l.sent != nil {
		return l.sent(body)
	}
	return body
}

// scene is a driving licence with a status list that its own signer has signed.
type scene struct {
	*world
	*issuer
	list      *list
	reference *issuers.Reference
	opened    *issuers.Issuers
	down      bool
}

const listPath = "/lists/person-4711"

func newScene(t *testing.T) *scene {
	t.Helper()
	w := newWorld(t)
	s := &scene{world: w, issuer: w.issuer("US", "US-CA", "/us.crl")}
	s.reference = &issuers.Reference{URI: w.server.URL + listPath}
	s.list = newList(s.reference.URI, s.Signer, s.SignerKey)
	w.write("mdl/us.pem", pemOf(s.Root))
	w.serve(listPath, func() []byte {
		if s.down {
			return nil
		}
		return s.list.body()
	})
	return s
}

// status finds the issuer and asks for the status. It opens the folder the first time.
func (s *scene) status() (issuers.State, error) {
	s.t.Helper()
	if s.opened == nil {
		s.opened = s.open()
	}
	finding, err := s.opened.Mdoc(s.t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, s.Signer), s.clock())
	require.NoError(s.t, err)
	return s.opened.Status(s.t.Context(), finding, s.reference)
}

// authority returns another authority, which nobody trusts, and stranger one that is trusted.
func (s *scene) authority(country, province string) *issuer {
	return s.world.issuer(country, province, "/other.crl")
}

func (s *scene) stranger(country, province string) *issuer {
	other := s.authority(country, province)
	s.write("mdl/other.pem", pemOf(other.Root))
	return other
}

// sibling returns another certificate under the root of the issuer, with its key.
func (s *scene) sibling(change func(*x509.Certificate)) (*mdoc.Certificate, crypto.Signer) {
	key := mdoctest.Key("P-256")
	other := &issuer{Issuer: &mdoctest.Issuer{Root: s.Root, RootKey: s.RootKey, SignerKey: key}}
	return other.signer(s.world, "US", "US-CA", "/us.crl", change), key
}

func (s *scene) signedBySibling(change func(*x509.Certificate)) {
	signer, key := s.sibling(change)
	s.list = newList(s.reference.URI, signer, key)
}

// TestCredentialIsRefusedForEachReason makes one fault in a credential that is accepted without it.
func TestCredentialIsRefusedForEachReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code  issuers.Code
		cause string
		fault func(*scene)
	}{
		"revoked":                  {issuers.RevokedCredential, "", func(s *scene) { s.reference.Index = 1 }},
		"suspended":                {issuers.SuspendedCredential, "", func(s *scene) { s.reference.Index = 2 }},
		"value of the application": {issuers.UnknownStatus, "", func(s *scene) { s.reference.Index = 3 }},
		"index beyond the list":    {issuers.UnknownStatus, "index_out_of_range", func(s *scene) { s.reference.Index = 4 }},
		"server is down":           {issuers.StatusUnreachable, "HTTP status 500", func(s *scene) { s.down = true }},
		"list of another kind":     {issuers.StatusUnreachable, "another kind", func(s *scene) { s.reference.URI = "" }},
		"address of a file": {issuers.StatusUnreachable, "not one of the web", func(s *scene) {
			s.reference.URI = "file:///etc/passwd"
		}},
		"address with a user": {issuers.StatusUnreachable, "not one of the web", func(s *scene) {
			s.reference.URI = strings.Replace(s.reference.URI, "://", "://a:b@", 1)
		}},
		"page in place of a list": {issuers.StatusUnreachable, "malformed", func(s *scene) {
			s.list.sent = func([]byte) []byte { return []byte("<html>") }
		}},
		"list for another address": {issuers.StatusUnreachable, "subject_mismatch", func(s *scene) {
			s.list.claims[2] = "https://example.com/lists/1"
		}},
		"expired list": {issuers.StatusUnreachable, "expired", func(s *scene) {
			s.list.claims[4] = mdoctest.Now.Add(-time.Hour).Unix()
		}},
		"altered list": {issuers.StatusUnreachable, "signature", func(s *scene) {
			s.list.sent = func(body []byte) []byte { body[len(body)-1] ^= 1; return body }
		}},
		"signed by another key than the certificate's": {issuers.StatusUnreachable, "signature", func(s *scene) {
			s.list.key = mdoctest.Key("P-256")
		}},
		"signed by another key, without a certificate": {issuers.StatusUnreachable, "signature", func(s *scene) {
			s.list.key, s.list.chain = mdoctest.Key("P-256"), nil
		}},
		"signer that nobody trusts": {issuers.StatusUnreachable, "issuer_unknown", func(s *scene) {
			other := s.authority("US", "US-CA")
			s.list = newList(s.reference.URI, other.Signer, other.SignerKey)
		}},
		"signer of another state": {issuers.StatusUnreachable, "another country", func(s *scene) {
			other := s.stranger("US", "US-NY")
			s.list = newList(s.reference.URI, other.Signer, other.SignerKey)
		}},
		"signer of another country": {issuers.StatusUnreachable, "another country", func(s *scene) {
			other := s.stranger("CA", "")
			s.list = newList(s.reference.URI, other.Signer, other.SignerKey)
		}},
		"signer that is revoked": {issuers.StatusUnreachable, "issuer_revoked", func(s *scene) {
			signer, key := s.sibling(nil)
			s.revoked = append(s.revoked, signer.SerialNumber)
			s.list = newList(s.reference.URI, signer, key)
		}},
		"signer that has expired": {issuers.StatusUnreachable, "issuer_expired", func(s *scene) {
			s.signedBySibling(func(c *x509.Certificate) { c.NotAfter = mdoctest.Now.Add(-time.Hour) })
		}},
		"certificate of a reader": {issuers.StatusUnreachable, "issuer_unknown", func(s *scene) {
			s.signedBySibling(func(c *x509.Certificate) {
				c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 0, 18013, 5, 1, 6}}
			})
		}},
		"certificate of a web server": {issuers.StatusUnreachable, "issuer_unknown", func(s *scene) {
			s.signedBySibling(func(c *x509.Certificate) {
				c.UnknownExtKeyUsage, c.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			})
		}},
		"root that signs itself": {issuers.StatusUnreachable, "issuer_", func(s *scene) {
			s.list = newList(s.reference.URI, s.Root, s.RootKey)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sound := newScene(t)
			state, err := sound.status()
			require.NoError(t, err, "without the fault")
			require.Equal(t, issuers.StateValid, state)
			s := newScene(t)
			c.fault(s)
			state, err = s.status()
			requireCode(t, c.code, err)
			require.ErrorContains(t, err, c.cause)
			require.Empty(t, state)
			for _, text := range []string{err.Error(), s.log.String()} {
				require.NotContains(t, text, "4711", "an address may be of one credential alone")
			}
		})
	}
}

func TestListIsAcceptedFromEachSignerOfTheAuthority(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*scene){
		"the document's signer":          func(*scene) {},
		"its key, without a certificate": func(s *scene) { s.list.chain = nil },
		"another signer of documents":    func(s *scene) { s.signedBySibling(nil) },
		"a signer without an extended key usage": func(s *scene) {
			s.signedBySibling(func(c *x509.Certificate) { c.UnknownExtKeyUsage, c.ExtraExtensions = nil, nil })
		},
		"a signer under another root of the state": func(s *scene) {
			other := s.stranger("US", "US-CA")
			s.list = newList(s.reference.URI, other.Signer, other.SignerKey)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			change(s)
			state, err := s.status()
			require.NoError(t, err)
			require.Equal(t, issuers.StateValid, state)
		})
	}
}

// A list without certificates is signed by the key of the document's signer, so that of another one says nothing.
func TestKeptListOfAnotherIssuerIsNotUsed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.list.chain = nil
	other := s.stranger("US", "US-NY")
	_, err := s.status()
	require.NoError(t, err)
	finding, err := s.opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, other.Signer), mdoctest.Now)
	require.NoError(t, err)
	_, err = s.opened.Status(t.Context(), finding, s.reference)
	requireCode(t, issuers.StatusUnreachable, err)
	require.ErrorContains(t, err, "signature")
}

func TestCredentialWithoutAStatusIsAccepted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.reference = issuers.MdocStatus(nil)
	state, err := s.status()
	require.NoError(t, err)
	require.Equal(t, issuers.StateNone, state)
	require.Zero(t, s.requests(listPath))
}

func TestUnreachableListIsAcceptedWhereTheOperatorSaysSoAndRecorded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.write("trust.yaml", []byte("mdl: {unreachable: accept}\n"))
	s.down = true
	state, err := s.status()
	require.NoError(t, err)
	require.Equal(t, issuers.StateUnreachable, state)
	require.Contains(t, s.log.String(), "the document is accepted, because the operator accepts unreachable lists")
	require.Contains(t, s.log.String(), "Test IACA")

	s.reference.Index, s.down = 1, false
	s.pass(time.Minute)
	_, err = s.status()
	requireCode(t, issuers.RevokedCredential, err)
}

func TestListIsKeptUntilItsTimeToLiveHasPassed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ask := func(requests int) {
		t.Helper()
		state, err := s.status()
		require.NoError(t, err)
		require.Equal(t, issuers.StateValid, state)
		require.Equal(t, requests, s.requests(listPath))
	}
	ask(1)
	s.pass(59 * time.Minute)
	ask(1)
	s.pass(time.Minute)
	ask(2)
	s.down = true
	s.pass(time.Hour)
	ask(3)
	ask(3)
	s.pass(time.Minute)
	ask(4)
	s.pass(11 * time.Hour)
	_, err := s.status()
	requireCode(t, issuers.StatusUnreachable, err)
	require.Equal(t, 5, s.requests(listPath))
	_, err = s.status()
	requireCode(t, issuers.StatusUnreachable, err)
	require.Equal(t, 5, s.requests(listPath), "a server that is down is left alone for a while")
	s.down = false
	s.pass(time.Minute)
	ask(6)
}

func TestListIsNotKeptBeyondItsExpiry(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.list.claims[4] = mdoctest.Now.Add(10 * time.Minute).Unix()
	_, err := s.status()
	require.NoError(t, err)
	s.down = true
	s.pass(11 * time.Minute)
	_, err = s.status()
	requireCode(t, issuers.StatusUnreachable, err)
}

func TestSilentListIsKeptForFiveMinutes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	delete(s.list.claims, 4)
	delete(s.list.claims, 65534)
	_, err := s.status()
	require.NoError(t, err)
	s.down = true
	s.pass(5*time.Minute - time.Second)
	_, err = s.status()
	require.NoError(t, err)
	s.pass(time.Second)
	_, err = s.status()
	requireCode(t, issuers.StatusUnreachable, err)
}

func TestJudgesThatWaitForOneListShareTheRequest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	s.serve(listPath, func() []byte {
		close(arrived) // panics at a second request
		<-release
		return s.list.body()
	})
	s.opened = s.open()
	finding, err := s.opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, s.Signer), mdoctest.Now)
	require.NoError(t, err)
	var judges sync.WaitGroup
	for range 8 {
		judges.Go(func() {
			state, err := s.opened.Status(t.Context(), finding, s.reference)
			if err != nil || state != issuers.StateValid {
				t.Error(state, err)
			}
		})
	}
	<-arrived
	close(release)
	judges.Wait()
	require.Equal(t, 1, s.requests(listPath))
}

func TestListInJWTFormIsReadForAnMdoc(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.list.sent = func([]byte) []byte { return []byte(jwtList(t, s.reference.URI, s.SignerKey)) }
	s.list.chain = nil
	state, err := s.status()
	require.NoError(t, err)
	require.Equal(t, issuers.StateValid, state)
	s.reference.Index = 1
	_, err = s.status()
	requireCode(t, issuers.RevokedCredential, err)
}

func TestListOfABrainpoolSignerIsRead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.Issuer = mdoctest.NewIssuer("brainpoolP384r1")
	s.write("mdl/us.pem", pemOf(s.Root))
	s.write("trust.yaml", []byte("mdl: {unreachable: accept}\n")) // the revocation list is that of another root
	s.list = newList(s.reference.URI, s.Signer, s.SignerKey)
	s.reference.Index = 1
	_, err := s.status()
	requireCode(t, issuers.RevokedCredential, err)
}

func TestRedirectIsFollowedAndOnlyToTheWeb(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.redirect("/moved", s.server.URL+listPath)
	s.reference.URI = s.server.URL + "/moved"
	s.list.claims[2] = s.reference.URI
	_, err := s.status()
	require.NoError(t, err)
	s.redirect("/loop", s.server.URL+"/loop")
	s.reference.URI = s.server.URL + "/loop"
	_, err = s.status()
	requireCode(t, issuers.StatusUnreachable, err)
	require.Equal(t, 4, s.requests("/loop"))
}

// A verdict would hold that the issuer or the document is refused, although the process stops.
func TestEndOfTheContextIsNoRefusal(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.serve("/us.crl", func() []byte { cancel(); return nil })
	s.opened = s.open()
	_, err := s.opened.Mdoc(ctx, rules.MethodMDL, of(mdoc.DocTypeMDL, s.Signer), mdoctest.Now)
	require.ErrorIs(t, err, context.Canceled)

	s = newScene(t)
	ctx, cancel = context.WithCancel(t.Context())
	s.serve(listPath, func() []byte { cancel(); return nil })
	s.opened = s.open()
	finding, err := s.opened.Mdoc(ctx, rules.MethodMDL, of(mdoc.DocTypeMDL, s.Signer), mdoctest.Now)
	require.NoError(t, err)
	_, err = s.opened.Status(ctx, finding, s.reference)
	require.ErrorIs(t, err, context.Canceled)
}
