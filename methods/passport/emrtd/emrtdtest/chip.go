package emrtdtest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // chips have secure messaging with 3DES
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
)

// Chip answers commands as the chip of a passport does. Its secure messaging is code of its own, so that package emrtd
// is not tested against itself.
type Chip struct {
	// ActiveKey signs challenges; nil without active authentication.
	ActiveKey *Key
	// ActiveTrailer is 0xbc for SHA-1 or the first octet of a longer trailer, for RSA.
	ActiveTrailer byte
	// ChipKey agrees on session keys; nil without chip authentication. DH takes its place for Diffie-Hellman.
	ChipKey *Key
	DH      *DH

	cipher  int // of the session keys: the last arc of the protocol
	session *session
}

// DH is a key of Diffie-Hellman.
type DH struct{ P, G, X *big.Int }

// NewDH returns a new key in the group of RFC 3526 3, with a modulus of 2048 bits.
func NewDH() *DH {
	p, _ := new(big.Int).SetString(rfc3526, 16)
	return &DH{P: p, G: big.NewInt(2), X: must(rand.Int(rand.Reader, p))}
}

// rfc3526 is the modulus of 2048 bits of RFC 3526 3.
const rfc3526 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
	"15728E5A8AACAA68FFFFFFFFFFFFFFFF"

// Public returns SubjectPublicKeyInfo of PKCS #3.
func (d *DH) Public() []byte {
	y := new(big.Int).Exp(d.G, d.X, d.P)
	return seq(named([]int{1, 2, 840, 113549, 1, 3, 1}, seq(bigInteger(d.P), bigInteger(d.G))), bits(bigInteger(y)))
}

// trailerHashes are the digests of ISO/IEC 10118-3 by their identifiers.
var trailerHashes = map[byte]crypto.Hash{
	0xbc: crypto.SHA1, 0x33: crypto.SHA1, 0x34: crypto.SHA256,
	0x35: crypto.SHA512, 0x36: crypto.SHA384, 0x38: crypto.SHA224,
}

// Sign answers the challenge of active authentication.
func (c *Chip) Sign(challenge []byte) []byte {
	key, is := c.ActiveKey.Private.(*rsa.PrivateKey)
	if !is {
		return c.ActiveKey.signPlain(challenge)
	}
	trailer := []byte{0xbc}
	if c.ActiveTrailer != 0 && c.ActiveTrailer != 0xbc {
		trailer = []byte{c.ActiveTrailer, 0xcc}
	}
	hash := trailerHashes[trailer[0]]
	random := make([]byte, key.Size()-1-hash.Size()-len(trailer))
	must(rand.Read(random))
	block := append([]byte{0x6a}, random...)
	block = append(append(block, digest(hash, append(random, challenge...))...), trailer...)
	return Recoverable(key, block)
}

// Recoverable returns the signature from which a block is recovered.
func Recoverable(key *rsa.PrivateKey, block []byte) []byte {
	s := new(big.Int).Exp(new(big.Int).SetBytes(block), key.D, key.N)
	return s.FillBytes(make([]byte, key.Size()))
}

var errCommand = errors.New("emrtdtest: the chip does not know the command")

// Transmit answers a command. Commands that agree on session keys come without protection, because the reader adds and
// removes the protection of access control.
func (c *Chip) Transmit(command []byte) ([]byte, error) {
	if len(command) < 5 {
		return nil, errCommand
	}
	if command[0]&0x0c == 0x0c {
		if c.session == nil {
			return nil, errCommand
		}
		return c.session.answer(command)
	}
	data := dataOf(command)
	switch {
	case bytes.Equal(command[:4], []byte{0, 0x22, 0x41, 0xa6}):
		return []byte{0x90, 0}, c.agree(1, value(data, 0x91))
	case bytes.Equal(command[:4], []byte{0, 0x22, 0x41, 0xa4}):
		name := value(data, 0x80)
		if len(name) == 0 {
			return nil, errCommand
		}
		c.cipher = int(name[len(name)-1])
		return []byte{0x90, 0}, nil
	case bytes.Equal(command[:4], []byte{0, 0x86, 0, 0}):
		return []byte{0x7c, 0, 0x90, 0}, c.agree(c.cipher, value(value(data, 0x7c), 0x80))
	}
	return nil, errCommand
}

// dataOf returns the data of a command.
func dataOf(command []byte) []byte {
	if command[4] != 0 {
		return command[5 : 5+int(command[4])]
	}
	size := int(command[5])<<8 | int(command[6])
	return command[7 : 7+size]
}

// value returns the contents of a data object with a tag of one octet.
func value(in []byte, tag byte) []byte {
	for len(in) >= 2 {
		size, start := int(in[1]), 2
		switch in[1] {
		case 0x81:
			size, start = int(in[2]), 3
		case 0x82:
			size, start = int(in[2])<<8|int(in[3]), 4
		}
		if in[0] == tag {
			return in[start : start+size]
		}
		in = in[start+size:]
	}
	return nil
}

func (c *Chip) agree(kind int, public []byte) error {
	var secret []byte
	switch {
	case c.DH != nil:
		shared := new(big.Int).Exp(new(big.Int).SetBytes(public), c.DH.X, c.DH.P)
		secret = shared.FillBytes(make([]byte, (c.DH.P.BitLen()+7)/8))
	case c.ChipKey != nil:
		key, is := c.ChipKey.Private.(*ecdsa.PrivateKey)
		size := (len(public) - 1) / 2
		if !is || size < 1 || public[0] != 4 {
			return errCommand
		}
		x, y := new(big.Int).SetBytes(public[1:1+size]), new(big.Int).SetBytes(public[1+size:])
		shared, _ := key.ScalarMult(x, y, key.D.Bytes()) //nolint:staticcheck // it may be brainpool
		secret = shared.FillBytes(make([]byte, size))
	default:
		return errCommand
	}
	c.session = newSession(kind, secret)
	return nil
}

// session is the chip's end of secure messaging.
type session struct {
	block, mac cipher.Block
	retail     cipher.Block // the second key of the MAC of 3DES; nil for AES
	count      *big.Int
}

func newSession(kind int, secret []byte) *session {
	hash, size := crypto.SHA1, 16
	if kind == 3 || kind == 4 {
		hash, size = crypto.SHA256, 24+8*(kind-3)
	}
	enc := digest(hash, append(bytes.Clone(secret), 0, 0, 0, 1))[:size]
	mac := digest(hash, append(bytes.Clone(secret), 0, 0, 0, 2))[:size]
	if kind == 1 {
		return &session{
			must(des.NewTripleDESCipher(append(bytes.Clone(enc), enc[:8]...))),       //nolint:gosec // see above
			must(des.NewCipher(mac[:8])), must(des.NewCipher(mac[8:])), new(big.Int), //nolint:gosec // see above
		}
	}
	return &session{must(aes.NewCipher(enc)), must(aes.NewCipher(mac)), nil, new(big.Int)}
}

func (s *session) next() []byte {
	s.count.Add(s.count, big.NewInt(1))
	return s.count.FillBytes(make([]byte, s.block.BlockSize()))
}

func (s *session) pad(message []byte) []byte {
	padded := append(bytes.Clone(message), 0x80)
	return append(padded, make([]byte, (s.block.BlockSize()-len(padded)%s.block.BlockSize())%s.block.BlockSize())...)
}

// sum returns the MAC of a message.
func (s *session) sum(message []byte) []byte {
	message = s.pad(message)
	size := s.mac.BlockSize()
	if s.retail == nil { // CMAC: the last block is combined with L·x
		l := make([]byte, size)
		s.mac.Encrypt(l, l)
		sub := new(big.Int).Lsh(new(big.Int).SetBytes(l), 1)
		if sub.BitLen() > 128 {
			sub.SetBit(sub, 128, 0)
			sub.Xor(sub, big.NewInt(0x87))
		}
		last := new(big.Int).SetBytes(message[len(message)-size:])
		last.Xor(last, sub).FillBytes(message[len(message)-size:])
	}
	out := make([]byte, len(message))
	cipher.NewCBCEncrypter(s.mac, make([]byte, size)).CryptBlocks(out, message) //nolint:gosec // a MAC begins with 0
	mac := out[len(out)-size:]
	if s.retail != nil {
		s.retail.Decrypt(mac, mac)
		s.mac.Encrypt(mac, mac)
	}
	return mac[:8]
}

// answer checks a protected command and answers that it succeeds.
func (s *session) answer(command []byte) ([]byte, error) {
	objects := command[5 : 5+int(command[4])]
	end := bytes.LastIndex(objects, []byte{0x8e, 0x08})
	if end < 0 {
		return nil, errCommand
	}
	message := append(s.next(), s.pad(command[:4])...)
	if !bytes.Equal(s.sum(append(message, objects[:end]...)), objects[end+2:]) {
		return []byte{0x69, 0x88}, nil
	}
	status := []byte{0x99, 0x02, 0x90, 0x00}
	mac := s.sum(append(s.next(), status...))
	return append(append(append(status, 0x8e, 0x08), mac...), 0x90, 0x00), nil
}
