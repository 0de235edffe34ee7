package emrtdtest

import (
	"bytes"
	"crypto"
	"slices"
	"time"
)

// Message is a signed message of the Cryptographic Message Syntax.
type Message struct {
	// Type is the object identifier of the content.
	Type    []byte
	Content []byte
	Signer  *Certificate
	// Hash is SHA-256 if 0.
	Hash crypto.Hash
	// Signed is the time that the signer states; zero for none.
	Signed time.Time
	// ByKeyID names the signer by its key identifier.
	ByKeyID bool
	// BER encodes with indefinite lengths, and with the content in pieces.
	BER bool

	// Attributes changes the signed attributes, and Sent changes them after they have been signed.
	Attributes, Sent func(attributes [][]byte) [][]byte
	// SentContent and SentSignature are sent in place of the signed ones.
	SentContent, SentSignature []byte
	// Certificates are sent in place of that of the signer.
	Certificates [][]byte
	// Signers changes the list of signers.
	Signers func(one []byte) []byte
	// Digest is the algorithm identifier of the digest, if set, and Outer the type of the whole message.
	Digest, Outer []byte
}

// Attribute returns a signed attribute.
func Attribute(value []byte, arcs ...int) []byte { return seq(oid(arcs...), set(value)) }

func (m *Message) attributes() [][]byte {
	all := [][]byte{
		Attribute(m.Type, 1, 2, 840, 113549, 1, 9, 3),
		Attribute(octets(digest(m.Hash, m.Content)), 1, 2, 840, 113549, 1, 9, 4),
	}
	if !m.Signed.IsZero() {
		all = append(all, Attribute(clock(m.Signed), 1, 2, 840, 113549, 1, 9, 5))
	}
	if m.Attributes != nil {
		all = m.Attributes(all)
	}
	slices.SortFunc(all, bytes.Compare)
	return all
}

func (m *Message) signer() []byte {
	attributes := m.attributes()
	signature := m.Signer.Private.Sign(tlv(0x31, attributes...))
	if m.SentSignature != nil {
		signature = m.SentSignature
	}
	if m.Sent != nil {
		attributes = m.Sent(attributes)
	}
	version, id := int64(1), seq(m.Signer.RawIssuer, bigInteger(m.Signer.Serial))
	if m.ByKeyID {
		version, id = 3, tlv(0x80, m.Signer.SubjectKeyID)
	}
	parts := [][]byte{integer(version), id, m.digestID()}
	if len(attributes) > 0 {
		parts = append(parts, tlv(0xa0, attributes...))
	}
	return seq(append(parts, m.Signer.Private.ID(), octets(signature))...)
}

func (m *Message) digestID() []byte {
	if m.Digest != nil {
		return m.Digest
	}
	return HashID(m.Hash)
}

// Encode returns the message.
func (m *Message) Encode() []byte {
	if m.Hash == 0 {
		m.Hash = crypto.SHA256
	}
	signers := m.signer()
	if m.Signers != nil {
		signers = m.Signers(signers)
	}
	certificates := m.Certificates
	if certificates == nil {
		certificates = [][]byte{m.Signer.DER}
	}
	content := m.Content
	if m.SentContent != nil {
		content = m.SentContent
	}
	outer := m.Outer
	if outer == nil {
		outer = oid(1, 2, 840, 113549, 1, 7, 2)
	}
	head := [][]byte{integer(3), set(m.digestID())}
	if m.BER {
		half := len(content) / 2
		pieces := indefinite(0x24, octets(content[:half]), octets(content[half:]))
		info := indefinite(0x30, m.Type, indefinite(0xa0, pieces))
		return indefinite(0x30, outer, indefinite(0xa0, indefinite(0x30,
			head[0], head[1], info, indefinite(0xa0, certificates...), indefinite(0x31, signers))))
	}
	info := seq(m.Type, explicit(0, octets(content)))
	return seq(outer, explicit(0, seq(head[0], head[1], info, tlv(0xa0, certificates...), set(signers))))
}
