package emrtd

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // chips in use have secure messaging with 3DES
	"crypto/subtle"
)

// cipherKind is the last arc of a protocol's identifier: the cipher of its secure messaging.
type cipherKind int

const (
	tripleDES cipherKind = iota + 1
	aes128
	aes192
	aes256
)

func (c cipherKind) known() bool { return c >= tripleDES && c <= aes256 }

// The counters of key derivation (ICAO 9303-11 9.7.1).
const (
	deriveEncryption = 1
	deriveMAC        = 2
)

// derive derives a session key from a shared secret (ICAO 9303-11 9.7.1).
func (c cipherKind) derive(secret []byte, counter byte) []byte {
	hash, size := crypto.SHA1, 16
	switch c {
	case aes192:
		hash, size = crypto.SHA256, 24
	case aes256:
		hash, size = crypto.SHA256, 32
	case tripleDES, aes128:
	}
	key := sum(hash, secret, []byte{0, 0, 0, counter})[:size]
	if c == tripleDES {
		for i, octet := range key { // odd parity, which DES ignores
			key[i] = octet &^ 1
			if parity(octet&^1) == 0 {
				key[i] |= 1
			}
		}
	}
	return key
}

func parity(octet byte) (bits byte) {
	for ; octet != 0; octet >>= 1 {
		bits ^= octet & 1
	}
	return bits
}

// block returns the block cipher of a session key that derive has made.
func (c cipherKind) block(key []byte) cipher.Block {
	var (
		block cipher.Block
		err   error
	)
	if c == tripleDES {
		block, err = des.NewTripleDESCipher(append(append([]byte{}, key...), key[:8]...)) //nolint:gosec // see above
	} else {
		block, err = aes.NewCipher(key)
	}
	if err != nil {
		panic("emrtd: a session key has a wrong length")
	}
	return block
}

// Messaging is one end of secure messaging (ICAO 9303-11 9.8): a session with its keys and its counter.
type Messaging struct {
	kind            cipherKind
	encryption, mac []byte
	counter         []byte
}

// newMessaging begins a session with the keys of a shared secret, and the counter 0.
func newMessaging(kind cipherKind, secret []byte) *Messaging {
	m := &Messaging{
		kind: kind, encryption: kind.derive(secret, deriveEncryption), mac: kind.derive(secret, deriveMAC),
	}
	m.counter = make([]byte, m.size())
	return m
}

// size returns the length of a block.
func (m *Messaging) size() int {
	if m.kind == tripleDES {
		return des.BlockSize
	}
	return aes.BlockSize
}

func (m *Messaging) count() {
	for i := len(m.counter) - 1; i >= 0; i-- {
		if m.counter[i]++; m.counter[i] != 0 {
			return
		}
	}
}

// pad pads by method 2 of ISO/IEC 9797-1.
func (m *Messaging) pad(message []byte) []byte {
	padded := append(bytes.Clone(message), 0x80)
	for len(padded)%m.size() != 0 {
		padded = append(padded, 0)
	}
	return padded
}

// unpad removes the padding; false if it is malformed.
func unpad(message []byte) ([]byte, bool) {
	end := bytes.LastIndexByte(message, 0x80)
	if end < 0 || len(bytes.TrimRight(message[end+1:], "\x00")) > 0 {
		return nil, false
	}
	return message[:end], true
}

// iv is that of data objects: 0 for 3DES, and the encrypted counter for AES (ICAO 9303-11 9.8.6).
func (m *Messaging) iv(block cipher.Block) []byte {
	iv := make([]byte, m.size())
	if m.kind != tripleDES {
		block.Encrypt(iv, m.counter)
	}
	return iv
}

func (m *Messaging) encrypt(data []byte) []byte {
	block, padded := m.kind.block(m.encryption), m.pad(data)
	cipher.NewCBCEncrypter(block, m.iv(block)).CryptBlocks(padded, padded) //nolint:gosec // see iv
	return padded
}

func (m *Messaging) decrypt(data []byte) ([]byte, bool) {
	if len(data) == 0 || len(data)%m.size() != 0 {
		return nil, false
	}
	block, out := m.kind.block(m.encryption), make([]byte, len(data))
	cipher.NewCBCDecrypter(block, m.iv(block)).CryptBlocks(out, data)
	return unpad(out)
}

// macSize is the length of a MAC on the wire.
const macSize = 8

// authenticate returns the MAC over the counter and the parts, each of which is padded by the caller where it has to
// be.
func (m *Messaging) authenticate(parts ...[]byte) []byte {
	message := bytes.Clone(m.counter)
	for _, part := range parts {
		message = append(message, part...)
	}
	if m.kind == tripleDES {
		return retailMAC(m.mac, m.pad(message))
	}
	return cmac(m.kind.block(m.mac), m.pad(message))[:macSize]
}

// retailMAC is algorithm 3 of ISO/IEC 9797-1 with DES, for a padded message.
func retailMAC(key, padded []byte) []byte {
	first, err := des.NewCipher(key[:8]) //nolint:gosec // see above
	if err != nil {
		panic("emrtd: a session key has a wrong length")
	}
	second, err := des.NewCipher(key[8:16]) //nolint:gosec // see above
	if err != nil {
		panic("emrtd: a session key has a wrong length")
	}
	mac := make([]byte, des.BlockSize)
	for ; len(padded) > 0; padded = padded[des.BlockSize:] {
		subtle.XORBytes(mac, mac, padded[:des.BlockSize])
		first.Encrypt(mac, mac)
	}
	second.Decrypt(mac, mac)
	first.Encrypt(mac, mac)
	return mac
}

// cmac is CMAC (NIST SP 800-38B) of a message of whole blocks.
func cmac(block cipher.Block, message []byte) []byte {
	subkey, mac := make([]byte, aes.BlockSize), make([]byte, aes.BlockSize)
	block.Encrypt(subkey, subkey)
	carry := subkey[0] >> 7
	for i := range subkey {
		subkey[i] <<= 1
		if i+1 < len(subkey) {
			subkey[i] |= subkey[i+1] >> 7
		}
	}
	subkey[len(subkey)-1] ^= carry * 0x87
	for ; len(message) > 0; message = message[aes.BlockSize:] {
		subtle.XORBytes(mac, mac, message[:aes.BlockSize])
		if len(message) == aes.BlockSize {
			subtle.XORBytes(mac, mac, subkey)
		}
		block.Encrypt(mac, mac)
	}
	return mac
}

// The tags of data objects of secure messaging.
const (
	tagCryptogram = 0x87
	tagLe         = 0x97
	tagStatus     = 0x99
	tagMAC        = 0x8e
)

// secured is the bit of the class octet that says that a command is protected.
const secured = 0x0c

// Protect protects a command without data or with up to 200 octets of it, and with no Le.
func (m *Messaging) Protect(header [4]byte, data []byte) []byte {
	m.count()
	header[0] |= secured
	var objects []byte
	if len(data) > 0 {
		objects = appendElement(nil, tagCryptogram, []byte{1}, m.encrypt(data))
	}
	mac := m.authenticate(m.pad(header[:]), objects)
	objects = appendElement(objects, tagMAC, mac)
	command := append(header[:], byte(len(objects))) //nolint:gosec // see above
	return append(append(command, objects...), 0)
}

// Open checks the protected answer to the last command, and returns its data and its status word.
func (m *Messaging) Open(answer []byte) (data []byte, status uint16, err error) {
	m.count()
	if len(answer) < 2 {
		return nil, 0, fault(ChipAnswer)
	}
	objects, err := readAll(answer[:len(answer)-2])
	if err != nil {
		return nil, 0, fault(ChipAnswer)
	}
	var covered []byte
	for _, o := range objects {
		if o.tag != tagMAC {
			covered = append(covered, o.raw...)
		}
	}
	stated, ok := find(objects, tagStatus)
	mac, signed := find(objects, tagMAC)
	if !ok || !signed || len(stated.contents) != 2 || !bytes.Equal(stated.contents, answer[len(answer)-2:]) {
		return nil, 0, fault(ChipAnswer)
	}
	if subtle.ConstantTimeCompare(m.authenticate(covered), mac.contents) != 1 {
		return nil, 0, fault(ChipMAC)
	}
	if sent, ok := find(objects, tagCryptogram); ok {
		if len(sent.contents) < 2 || sent.contents[0] != 1 {
			return nil, 0, fault(ChipAnswer)
		}
		if data, ok = m.decrypt(sent.contents[1:]); !ok {
			return nil, 0, fault(ChipAnswer)
		}
	}
	return data, uint16(stated.contents[0])<<8 | uint16(stated.contents[1]), nil
}
