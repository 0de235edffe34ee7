package emrtd_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

// forgery is one fault in a passport that is otherwise sound.
type forgery struct {
	name string
	code emrtd.Code
	// by makes the fault in the passport before it is signed, message in its signed message, and sent in the files.
	by      func(p *emrtdtest.Passport)
	message func(m *emrtdtest.Message)
	sent    func(f *emrtd.Files)
	// signer takes the place of Utopia's.
	signer func() *emrtdtest.Certificate
	// against makes the fault in the options.
	against func(o *emrtd.Options)
}

func flip(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

// signedBy returns a signer of Utopia with a key.
func signedBy(key *emrtdtest.Key, change func(extensions map[string][]byte)) func() *emrtdtest.Certificate {
	return func() *emrtdtest.Certificate {
		return emrtdtest.Signer(emrtdtest.Template{Change: change}, key, utopia.authority)
	}
}

// otherBase are the parameters of P-256 with another base point, so that the key is one that the forger has:
// CVE-2020-0601.
func otherBase() *emrtdtest.Key {
	key := emrtdtest.NewKey("P-256")
	public := key.Private.Public().(*ecdsa.PublicKey)
	parameters := emrtdtest.ChangedParameters(elliptic.P256(), public.X, public.Y) //nolint:staticcheck // for the forgery
	key.Info = emrtdtest.ECInfo(parameters, public)
	return key
}

func algorithmOf(id []byte) func() *emrtdtest.Certificate {
	key := shared("RSA-PSS")
	return func() *emrtdtest.Certificate {
		signer := emrtdtest.Signer(emrtdtest.Template{}, key, utopia.authority)
		signer.Private = &emrtdtest.Key{Private: key.Private, Hash: key.Hash, PSS: true, Algorithm: id}
		return signer
	}
}

var messageForgeries = []forgery{
	{name: "truncated", code: emrtd.CMSMalformed, sent: func(f *emrtd.Files) { f.SOD = f.SOD[:len(f.SOD)-1] }},
	{name: "octets after the end", code: emrtd.CMSMalformed, sent: func(f *emrtd.Files) { f.SOD = append(f.SOD, 0) }},
	{name: "no signed message", code: emrtd.CMSMalformed,
		message: func(m *emrtdtest.Message) { m.Outer = emrtdtest.OID(1, 2, 840, 113549, 1, 7, 1) }},
	{name: "larger than the limit", code: emrtd.TooLarge,
		sent: func(f *emrtd.Files) { f.SOD = append(f.SOD, make([]byte, 9<<20)...) }},
	{name: "content of another type", code: emrtd.ContentType,
		message: func(m *emrtdtest.Message) { m.Type = emrtdtest.OID(2, 23, 136, 1, 1, 2) }},
	{name: "two signers", code: emrtd.SignerCount,
		message: func(m *emrtdtest.Message) { m.Signers = func(one []byte) []byte { return append(one, one...) } }},
	{name: "no signer", code: emrtd.SignerCount,
		message: func(m *emrtdtest.Message) { m.Signers = func([]byte) []byte { return nil } }},
	{name: "no certificate", code: emrtd.SignerMissing,
		message: func(m *emrtdtest.Message) { m.Certificates = [][]byte{} }},
	{name: "certificate of another signer", code: emrtd.SignerMissing,
		message: func(m *emrtdtest.Message) { m.Certificates = [][]byte{utopia.authority.DER} }},
	{name: "bytes that are no certificate", code: emrtd.CertificateMalformed,
		message: func(m *emrtdtest.Message) { m.Certificates = [][]byte{{0x30, 0x03, 1, 1, 1}} }},
	{name: "no signed attributes", code: emrtd.AttributesMalformed,
		message: func(m *emrtdtest.Message) { m.Sent = func([][]byte) [][]byte { return nil } }},
	{name: "no message digest", code: emrtd.AttributesMalformed,
		message: func(m *emrtdtest.Message) { m.Attributes = func(a [][]byte) [][]byte { return a[:1] } }},
	{name: "attribute twice", code: emrtd.AttributesMalformed, message: func(m *emrtdtest.Message) {
		m.Attributes = func(a [][]byte) [][]byte { return append(a, a[1]) }
	}},
	{name: "attribute for another type of content", code: emrtd.ContentTypeMismatch,
		message: func(m *emrtdtest.Message) {
			other := emrtdtest.Attribute(emrtdtest.OID(1, 2, 840, 113549, 1, 7, 1), 1, 2, 840, 113549, 1, 9, 3)
			m.Attributes = func(a [][]byte) [][]byte { return [][]byte{other, a[1]} }
		}},
	{name: "altered security object", code: emrtd.MessageDigest,
		message: func(m *emrtdtest.Message) {
			m.SentContent = flipped(append(bytes.Clone(m.Content), 0, 0))[:len(m.Content)]
		}},
	{name: "attributes that were signed without the time", code: emrtd.Signature,
		message: func(m *emrtdtest.Message) {
			m.Sent = func(a [][]byte) [][]byte {
				return append(a, emrtdtest.Attribute(emrtdtest.Time(emrtdtest.Now), 1, 2, 840, 113549, 1, 9, 5))
			}
		}},
	{name: "signature of zeros", code: emrtd.Signature,
		message: func(m *emrtdtest.Message) { m.SentSignature = []byte{0x30, 0x06, 2, 1, 0, 2, 1, 0} }},
	{name: "signature of another key", code: emrtd.Signature,
		signer: func() *emrtdtest.Certificate {
			return &emrtdtest.Certificate{Certificate: utopia.signer.Certificate, Private: emrtdtest.NewKey("P-256")}
		}},
	{name: "signed in the future", code: emrtd.SignedInFuture,
		message: func(m *emrtdtest.Message) { m.Signed = emrtdtest.Now.Add(time.Hour) }},
	{name: "signed before the certificate was valid", code: emrtd.SignedOutsideCertificate,
		message: func(m *emrtdtest.Message) { m.Signed = emrtdtest.Now.AddDate(-1, 0, 0) }},
}

var algorithmForgeries = []forgery{
	{name: "unknown digest", code: emrtd.DigestUnsupported,
		message: func(m *emrtdtest.Message) { m.Digest = emrtdtest.Algorithm(1, 2, 840, 113549, 2, 5) }},
	{name: "SHA-1 for the data groups", code: emrtd.DigestWeak,
		by: func(p *emrtdtest.Passport) { p.Hash = crypto.SHA1 }},
	{name: "SHA-1 for the security object", code: emrtd.DigestWeak,
		message: func(m *emrtdtest.Message) { m.Hash = crypto.SHA1 }},
	{name: "unknown signature algorithm", code: emrtd.SignatureUnsupported,
		signer: algorithmOf(emrtdtest.Algorithm(1, 2, 840, 113549, 1, 1, 4))},
	{name: "signature algorithm of another kind of key", code: emrtd.SignatureUnsupported,
		signer: algorithmOf(emrtdtest.Algorithm(1, 2, 840, 10045, 4, 3, 2))},
	{name: "PSS with another digest in its mask", code: emrtd.PSSParameters,
		signer: algorithmOf(emrtdtest.PSSParameters(crypto.SHA256, crypto.SHA512, 32, 1))},
	{name: "PSS with another trailer", code: emrtd.PSSParameters,
		signer: algorithmOf(emrtdtest.PSSParameters(crypto.SHA256, crypto.SHA256, 32, 2))},
	{name: "PSS with a salt of another length", code: emrtd.Signature,
		signer: algorithmOf(emrtdtest.PSSParameters(crypto.SHA256, crypto.SHA256, 20, 1))},
	{name: "PSS with the digest of its defaults", code: emrtd.DigestWeak,
		signer: algorithmOf(emrtdtest.PSSDefaults())},
	{name: "explicit parameters of no named curve", code: emrtd.CurveUnknown, signer: signedBy(otherBase(), nil)},
	{name: "point that is not on the curve", code: emrtd.KeyUnsupported, signer: signedBy(offCurve(), nil)},
	{name: "short RSA key", code: emrtd.KeyTooShort, signer: signedBy(shared("RSA-1024"), nil)},
}

// offCurve is a key with a point that is not on its curve.
func offCurve() *emrtdtest.Key {
	key := emrtdtest.NewKey("P-256")
	key.Info = emrtdtest.NewKey("P-256").Public()
	key.Info[len(key.Info)-1] ^= 1
	return key
}

var groupForgeries = []forgery{
	{name: "altered name", code: emrtd.GroupDigest, sent: func(f *emrtd.Files) {
		f.Groups[emrtd.DG1] = bytes.Replace(f.Groups[emrtd.DG1], []byte("ANNA"), []byte("ANNE"), 1)
	}},
	{name: "portrait of another person", code: emrtd.GroupDigest, sent: func(f *emrtd.Files) {
		f.Groups[emrtd.DG2] = emrtdtest.DataGroup2([]byte("\xff\xd8\xff\xe0another\xff\xd9"))
	}},
	{name: "data group that is not signed", code: emrtd.GroupUnlisted,
		sent: func(f *emrtd.Files) { f.Groups[11] = []byte{0x6b, 0} }},
	{name: "no DG1", code: emrtd.GroupMissing, sent: func(f *emrtd.Files) { delete(f.Groups, emrtd.DG1) }},
	{name: "DG15 left out", code: emrtd.GroupMissing,
		by:   func(p *emrtdtest.Passport) { p.Groups[emrtd.DG15] = emrtdtest.DataGroup15(shared("RSA")) },
		sent: func(f *emrtd.Files) { delete(f.Groups, emrtd.DG15) }},
	{name: "DG14 left out", code: emrtd.GroupMissing,
		by:   func(p *emrtdtest.Passport) { p.Groups[emrtd.DG14] = emrtdtest.DataGroup14() },
		sent: func(f *emrtd.Files) { delete(f.Groups, emrtd.DG14) }},
	{name: "data group twice", code: emrtd.GroupRepeated, by: func(p *emrtdtest.Passport) {
		other := emrtdtest.Digest(emrtd.DG1, crypto.SHA256, []byte("other"))
		p.Digests = func(all [][]byte) [][]byte { return append(all, other) }
	}},
	{name: "data group 17", code: emrtd.ObjectMalformed, by: func(p *emrtdtest.Passport) {
		p.Digests = func(all [][]byte) [][]byte { return append(all, emrtdtest.Digest(17, crypto.SHA256, nil)) }
	}},
	{name: "short digest", code: emrtd.ObjectMalformed, by: func(p *emrtdtest.Passport) {
		p.Digests = func(all [][]byte) [][]byte { return append(all, emrtdtest.Digest(3, crypto.SHA1, nil)) }
	}},
	{name: "octets that are no security object", code: emrtd.ObjectMalformed,
		by: func(p *emrtdtest.Passport) { p.Object = func(o []byte) []byte { return o[:len(o)-1] } }},
	{name: "unknown version", code: emrtd.ObjectVersion, by: func(p *emrtdtest.Passport) { p.Version = 2 }},
	{name: "version 0 with the fields of version 1", code: emrtd.ObjectVersion, by: func(p *emrtdtest.Passport) {
		p.Version = 1
		p.Object = func(o []byte) []byte { return bytes.Replace(o, []byte{2, 1, 1}, []byte{2, 1, 0}, 1) }
	}},
	{name: "zone of another length", code: emrtd.DG1Malformed, by: func(p *emrtdtest.Passport) {
		p.Groups[emrtd.DG1] = emrtdtest.DataGroup1(emrtdtest.Zone[:87])
	}},
	{name: "zone with other characters", code: emrtd.DG1Malformed, by: func(p *emrtdtest.Passport) {
		p.Groups[emrtd.DG1] = bytes.Replace(p.Groups[emrtd.DG1], []byte("ANNA"), []byte("anna"), 1)
	}},
	{name: "malformed DG2", code: emrtd.DG2Malformed,
		by: func(p *emrtdtest.Passport) { p.Groups[emrtd.DG2] = []byte{0x75, 0x01, 0x00} }},
	{name: "malformed DG14", code: emrtd.DG14Malformed,
		by: func(p *emrtdtest.Passport) { p.Groups[emrtd.DG14] = []byte{0x6e, 0x02, 0x30, 0x00} }},
	{name: "malformed DG15", code: emrtd.DG15Malformed,
		by: func(p *emrtdtest.Passport) { p.Groups[emrtd.DG15] = []byte{0x6e, 0x00} }},
	{name: "short key in DG15", code: emrtd.KeyTooShort, by: func(p *emrtdtest.Passport) {
		p.Groups[emrtd.DG15] = emrtdtest.DataGroup15(&emrtdtest.Key{Info: emrtdtest.RSAInfo(512)})
	}},
	{name: "signer of other types of documents", code: emrtd.DocumentType,
		signer: signedBy(emrtdtest.NewKey("P-256"), func(e map[string][]byte) {
			e[emrtdtest.DocumentTypes] = emrtdtest.Types("ID", "AR")
		})},
}

func TestForgeriesAreRefused(t *testing.T) {
	t.Parallel()
	all := append(append(append([]forgery{}, messageForgeries...), algorithmForgeries...), groupForgeries...)
	require.GreaterOrEqual(t, len(all), 40)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			passport, options := emrtdtest.NewPassport(utopia.signer), utopia.options()
			_, err := emrtd.Verify(passport.Files(), options)
			require.NoError(t, err, "without the fault")
			if f.signer != nil {
				passport.Signer = f.signer()
			}
			if f.by != nil {
				f.by(passport)
			}
			passport.Message = f.message
			files := passport.Files()
			if f.sent != nil {
				f.sent(&files)
			}
			if f.against != nil {
				f.against(&options)
			}
			_, err = emrtd.Verify(files, options)
			require.ErrorIs(t, err, &emrtd.Fault{Code: f.code})
		})
	}
}

func TestForgedActiveAuthenticationIsRefused(t *testing.T) {
	t.Parallel()
	rsaKey, ecKey := shared("RSA"), emrtdtest.NewKey("P-256")
	rsaPassport, rsaChip := activeChip(rsaKey, 0x34)
	ecPassport, ecChip := activeChip(ecKey, 0)
	unstated, unstatedChip := activeChip(ecKey, 0)
	delete(unstated.Groups, emrtd.DG14)
	unknown, _ := activeChip(ecKey, 0)
	unknown.Groups[emrtd.DG14] = emrtdtest.DataGroup14(emrtdtest.ActiveInfo(6))
	block := func(first, last byte) []byte {
		random := make([]byte, 256)
		_, _ = rand.Read(random)
		random[0], random[254], random[255] = first, 0, last // 0 is the trailer of no digest
		return emrtdtest.Recoverable(rsaKey.Private.(*rsa.PrivateKey), random)
	}
	clone := &emrtdtest.Chip{ActiveKey: emrtdtest.NewKey("RSA"), ActiveTrailer: 0x34}
	ecClone := &emrtdtest.Chip{ActiveKey: emrtdtest.NewKey("P-256")}
	for name, f := range map[string]struct {
		code      emrtd.Code
		passport  *emrtdtest.Passport
		challenge []byte
		signature []byte
	}{
		"no active authentication": {emrtd.ActiveUnannounced, emrtdtest.NewPassport(utopia.signer), challenge, nil},
		"another key":              {emrtd.ActiveSignature, rsaPassport, challenge, clone.Sign(challenge)},
		"another key, ECDSA":       {emrtd.ActiveSignature, ecPassport, challenge, ecClone.Sign(challenge)},
		"an earlier challenge":     {emrtd.ActiveSignature, rsaPassport, challenge, rsaChip.Sign([]byte("87654321"))},
		"no signature":             {emrtd.ActiveSignature, rsaPassport, challenge, nil},
		"a longer signature": {
			emrtd.ActiveSignature, rsaPassport, challenge, append([]byte{0}, rsaChip.Sign(challenge)...),
		},
		"a signature of 1":           {emrtd.ActiveSignature, rsaPassport, challenge, append(make([]byte, 255), 1)},
		"another header":             {emrtd.ActiveSignature, rsaPassport, challenge, block(0x4a, 0xbc)},
		"an unknown trailer":         {emrtd.ActiveSignature, rsaPassport, challenge, block(0x6a, 0xec)},
		"an unknown digest":          {emrtd.ActiveUnsupported, rsaPassport, challenge, block(0x6a, 0xcc)},
		"a random block":             {emrtd.ActiveSignature, rsaPassport, challenge, block(0x6a, 0xbc)},
		"a form of X9.62":            {emrtd.ActiveSignature, ecPassport, challenge, ecKey.Sign(challenge)},
		"a challenge of two halves":  {emrtd.ActiveChallenge, ecPassport, challenge[:4], ecChip.Sign(challenge[:4])},
		"ECDSA without its digest":   {emrtd.ActiveUnstated, unstated, challenge, unstatedChip.Sign(challenge)},
		"ECDSA with unknown digests": {emrtd.ActiveUnsupported, unknown, challenge, ecChip.Sign(challenge)},
	} {
		document, err := emrtd.Verify(f.passport.Files(), utopia.options())
		require.NoError(t, err, name)
		require.ErrorIs(t, document.Active(f.challenge, f.signature), &emrtd.Fault{Code: f.code}, name)
	}
}

// trailing replaces the status word behind the data objects of an answer, and flipped alters its MAC.
func trailing(answer []byte, status ...byte) []byte {
	return append(bytes.Clone(answer[:len(answer)-2]), status...)
}

func flipped(answer []byte) []byte {
	changed := bytes.Clone(answer)
	changed[len(changed)-3] ^= 1
	return changed
}

func TestForgedChipAuthenticationIsRefused(t *testing.T) {
	t.Parallel()
	for _, cipher := range []int{1, 2} {
		passport, chip := chipCase{kind: 2, cipher: cipher, key: emrtdtest.NewKey("P-256"), id: -1}.make()
		dg14 := passport.Groups[emrtd.DG14]
		session, err := emrtd.BeginChip(dg14)
		require.NoError(t, err)
		answers := relay(t, chip, session)
		require.NoError(t, session.Answered(dg14, answers))
		last := len(answers) - 1
		with := func(answer []byte) [][]byte { return append(append([][]byte{}, answers[:last]...), answer) }
		status := func(octets ...byte) []byte {
			changed := bytes.Clone(answers[last])
			copy(changed[2:], octets)
			copy(changed[len(changed)-2:], octets)
			return changed
		}
		other, err := emrtd.BeginChip(dg14)
		require.NoError(t, err)
		clone := relay(t, &emrtdtest.Chip{ChipKey: emrtdtest.NewKey("P-256")}, session)
		for name, f := range map[string]struct {
			code    emrtd.Code
			session *emrtd.ChipSession
			dg14    []byte
			answers [][]byte
		}{
			"another key":           {emrtd.ChipAnswer, session, dg14, clone},
			"altered MAC":           {emrtd.ChipMAC, session, dg14, with(flipped(answers[last]))},
			"altered status":        {emrtd.ChipMAC, session, dg14, with(status(0x62, 0x82))},
			"status alone":          {emrtd.ChipAnswer, session, dg14, with([]byte{0x90, 0})},
			"no answer":             {emrtd.ChipAnswer, session, dg14, with(nil)},
			"one answer less":       {emrtd.ChipAnswer, session, dg14, answers[1:]},
			"of another session":    {emrtd.ChipMAC, other, dg14, answers},
			"DG14 of another chip":  {emrtd.ChipOtherKey, session, flip(dg14), answers},
			"no MAC":                {emrtd.ChipAnswer, session, dg14, with([]byte{0x99, 2, 0x90, 0, 0x90, 0})},
			"two statuses":          {emrtd.ChipAnswer, session, dg14, with(trailing(answers[last], 0x62, 0x82))},
			"truncated data object": {emrtd.ChipAnswer, session, dg14, with([]byte{0x99, 9, 0x90, 0})},
		} {
			require.ErrorIs(t, f.session.Answered(f.dg14, f.answers), &emrtd.Fault{Code: f.code}, name)
		}
	}
}

func TestChipThatCannotBeAskedIsRefused(t *testing.T) {
	t.Parallel()
	small := emrtdtest.NewDH()
	one := &emrtdtest.DH{P: small.P, G: small.G, X: new(big.Int).Rsh(new(big.Int).Sub(small.P, big.NewInt(1)), 1)}
	ec := emrtdtest.NewKey("P-256").Public()
	file, key, with := emrtdtest.DataGroup14, emrtdtest.ChipKeyInfo, emrtdtest.ChipInfo
	for name, f := range map[string]struct {
		code emrtd.Code
		dg14 []byte
	}{
		"nothing announced":           {emrtd.ChipUnannounced, file(emrtdtest.ActiveInfo(3))},
		"curve of no name":            {emrtd.ChipUnsupported, file(key(2, otherBase().Public(), -1))},
		"unknown cipher":              {emrtd.ChipUnsupported, file(key(2, ec, -1), with(2, 9, -1))},
		"protocol of another kind":    {emrtd.ChipUnsupported, file(key(2, ec, -1), with(1, 2, -1))},
		"protocol for another key":    {emrtd.ChipUnsupported, file(key(2, ec, 1), with(2, 2, 2))},
		"public key of a small order": {emrtd.ChipUnsupported, file(key(1, one.Public(), -1))},
		"malformed":                   {emrtd.DG14Malformed, []byte{0x6e, 0x00}},
	} {
		_, err := emrtd.BeginChip(f.dg14)
		require.ErrorIs(t, err, &emrtd.Fault{Code: f.code}, name)
	}
}
