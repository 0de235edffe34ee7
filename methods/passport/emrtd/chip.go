package emrtd

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
)

// Command is a command that a reader sends to the chip.
type Command struct {
	APDU []byte `json:"apdu"`
	// Protect says that the reader protects the command by its own secure messaging, that of access control, and removes
	// the protection of the answer. A command without it is protected already: it goes to the chip as it is, and so does
	// its answer to the verifier.
	Protect bool `json:"protect"`
}

// ChipSession is the verifier's end of chip authentication. It holds session keys: keep it secret.
type ChipSession struct {
	// Commands are for the reader, in this order. The first ones agree on new session keys, and the last one is
	// protected with them: only the chip that has the private key of DG14 can answer it.
	Commands []Command `json:"commands"`

	// DG14 is the SHA-256 of the file that the session began with.
	DG14       []byte `json:"dg14"`
	Cipher     int    `json:"cipher"`
	Encryption []byte `json:"encryption"`
	MAC        []byte `json:"mac"`
	Counter    []byte `json:"counter"`
}

// BeginChip begins chip authentication (ICAO 9303-11 6.2) with the key that DG14 announces, which need not be verified
// yet: Answered compares the file with the one that Verify has verified. The verifier's key is made here and forgotten.
// The error is a *Fault.
func BeginChip(dg14 []byte) (*ChipSession, error) {
	infos, err := parseDG14(dg14)
	if err != nil {
		return nil, err
	}
	if len(infos.keys) == 0 {
		return nil, fault(ChipUnannounced)
	}
	with := infos.choose()
	if with == nil {
		return nil, fault(ChipUnsupported)
	}
	private, err := newPrivate(with.key.key)
	if err != nil {
		return nil, err
	}
	return with.begin(dg14, private)
}

// begin begins with the verifier's private key.
func (c *chosen) begin(dg14, private []byte) (*ChipSession, error) {
	public, secret, err := agree(c.key.key, private)
	if err != nil {
		return nil, err
	}
	m := newMessaging(c.protocol.cipher, secret)
	s := &ChipSession{
		Commands: c.commands(public), DG14: sum(crypto.SHA256, dg14), Cipher: int(m.kind),
		Encryption: m.encryption, MAC: m.mac,
	}
	proof := m.Protect(selectFile, []byte{0x01, 0x0e}) // EF.DG14, which is there
	s.Commands, s.Counter = append(s.Commands, Command{APDU: proof}), m.counter
	return s, nil
}

// selectFile is the header of SELECT of an elementary file, without an answer (ICAO 9303-10 3.6.2).
var selectFile = [4]byte{0x00, 0xa4, 0x02, 0x0c}

const statusOK = 0x9000

// Answered checks the chip's answers, one for each command. Dg14 is the file that Verify has verified.
func (s *ChipSession) Answered(dg14 []byte, answers [][]byte) error {
	if !bytes.Equal(sum(crypto.SHA256, dg14), s.DG14) {
		return fault(ChipOtherKey)
	}
	if len(answers) != len(s.Commands) {
		return fault(ChipAnswer)
	}
	m := &Messaging{
		kind: cipherKind(s.Cipher), encryption: s.Encryption, mac: s.MAC, counter: bytes.Clone(s.Counter),
	}
	if !m.kind.known() || len(m.counter) != m.size() {
		return fault(ChipAnswer)
	}
	_, status, err := m.Open(answers[len(answers)-1])
	if err != nil {
		return err
	}
	return wrong(status != statusOK, ChipAnswer)
}

// chosen is a key of DG14 with the protocol for it.
type chosen struct {
	key      chipKey
	protocol chipProtocol
}

// choose returns the key and the protocol with the strongest cipher that are supported, elliptic curves before
// Diffie-Hellman; nil if none is. Without a ChipAuthenticationInfo the cipher is 3DES (ICAO 9303-11 9.2.5).
func (s *SecurityInfos) choose() (best *chosen) {
	for _, k := range s.keys {
		if k.key == nil {
			continue
		}
		if len(s.protocols) == 0 {
			return &chosen{k, chipProtocol{ecdh: k.ecdh, cipher: tripleDES, id: k.id}}
		}
		for _, p := range s.protocols {
			if !p.cipher.known() || p.ecdh != k.ecdh || !sameID(p.id, k.id, len(s.keys)) {
				continue
			}
			if best == nil || p.strength() > best.protocol.strength() {
				best = &chosen{k, p}
			}
		}
	}
	return best
}

func (p chipProtocol) strength() int {
	if p.ecdh {
		return int(p.cipher) + int(aes256)
	}
	return int(p.cipher)
}

// sameID reports whether a protocol is for a key. The only key needs no identifier.
func sameID(a, b *big.Int, keys int) bool {
	if a == nil || b == nil {
		return a == b || keys == 1
	}
	return a.Cmp(b) == 0
}

// newPrivate makes a private key in the domain of the chip's key.
func newPrivate(key Key) ([]byte, error) {
	switch key := key.(type) {
	case *ECKey:
		return key.newPrivate()
	case *DHKey:
		return newExponent()
	}
	return nil, fault(ChipUnsupported)
}

// agree returns the public key of a private one in the domain of the chip's key, and the secret that they share.
func agree(key Key, private []byte) (public, secret []byte, err error) {
	switch key := key.(type) {
	case *ECKey:
		if key.Curve.agrees != nil {
			return key.agreeStd(private)
		}
		public, secret = key.agree(new(big.Int).SetBytes(private))
		return public, secret, nil
	case *DHKey:
		return key.agree(new(big.Int).SetBytes(private))
	}
	return nil, nil, fault(ChipUnsupported)
}

func (k *ECKey) newPrivate() ([]byte, error) {
	if c := k.Curve.agrees; c != nil {
		private, err := c.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return private.Bytes(), nil
	}
	private, err := rand.Int(rand.Reader, new(big.Int).Sub(k.Curve.n, big.NewInt(1)))
	if err != nil {
		return nil, err
	}
	return private.Add(private, big.NewInt(1)).Bytes(), nil
}

func (k *ECKey) agreeStd(private []byte) (public, secret []byte, err error) {
	chip, err := k.Curve.agrees.NewPublicKey(k.Curve.octets(k.point))
	if err != nil {
		return nil, nil, fault(ChipUnsupported)
	}
	mine, err := k.Curve.agrees.NewPrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	secret, err = mine.ECDH(chip)
	return mine.PublicKey().Bytes(), secret, err
}

// agree agrees on a curve that crypto/ecdh does not have. The private key is above 0 and below the order.
func (k *ECKey) agree(private *big.Int) (public, secret []byte) {
	c := k.Curve
	// Neither is infinity: the order of the curve is a prime, and the private key is below it.
	mine := c.sum(c.timesBase(private))
	shared, _ := c.affine(c.sum(c.times(private, k.point)))
	return c.octets(mine), shared.FillBytes(make([]byte, c.size()))
}

// exponentBits is the length of private keys of Diffie-Hellman, twice the strength of any cipher here.
const exponentBits = 512

func newExponent() ([]byte, error) {
	private, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), exponentBits))
	if err != nil {
		return nil, err
	}
	return private.SetBit(private, exponentBits-1, 1).Bytes(), nil
}

func (k *DHKey) agree(private *big.Int) (public, secret []byte, err error) {
	shared := new(big.Int).Exp(k.y, private, k.p)
	last := new(big.Int).Sub(k.p, big.NewInt(1))
	if shared.Cmp(big.NewInt(1)) <= 0 || shared.Cmp(last) == 0 {
		return nil, nil, fault(ChipUnsupported) // the chip's key is in a small subgroup
	}
	size := (k.p.BitLen() + 7) / 8
	mine := new(big.Int).Exp(k.g, private, k.p)
	return mine.FillBytes(make([]byte, size)), shared.FillBytes(make([]byte, size)), nil
}

// The headers of commands (ICAO 9303-11 6.2.4).
var (
	setKeyAgreement = [4]byte{0x00, 0x22, 0x41, 0xa6} // MSE:Set KAT
	setProtocol     = [4]byte{0x00, 0x22, 0x41, 0xa4} // MSE:Set AT
	authenticate    = [4]byte{0x00, 0x86, 0x00, 0x00} // GENERAL AUTHENTICATE
)

// commands returns the commands that agree on session keys.
func (c *chosen) commands(public []byte) []Command {
	var reference []byte
	if c.protocol.id != nil {
		id := c.protocol.id.Bytes()
		if len(id) == 0 {
			id = []byte{0}
		}
		reference = appendElement(nil, 0x84, id)
	}
	if c.protocol.cipher == tripleDES {
		data := append(appendElement(nil, 0x91, public), reference...)
		return []Command{{APDU: apdu(setKeyAgreement, data, false), Protect: true}}
	}
	name, err := asn1.Marshal(c.protocol.oid)
	if err != nil {
		panic("emrtd: an object identifier that was parsed cannot be encoded")
	}
	name[0] = 0x80
	return []Command{
		{APDU: apdu(setProtocol, append(name, reference...), false), Protect: true},
		{APDU: apdu(authenticate, appendElement(nil, 0x7c, appendElement(nil, 0x80, public)), true), Protect: true},
	}
}

// apdu returns a command of ISO/IEC 7816-4, in extended length where it needs that.
func apdu(header [4]byte, data []byte, answered bool) []byte {
	command, length := header[:], [2]byte{byte(len(data) >> 8), byte(len(data))} //nolint:gosec // keys have a few hundred
	if len(data) < 0x100 {
		command = append(append(command, length[1]), data...)
		if answered {
			command = append(command, 0)
		}
		return command
	}
	command = append(append(command, 0, length[0], length[1]), data...)
	if answered {
		command = append(command, 0, 0)
	}
	return command
}
