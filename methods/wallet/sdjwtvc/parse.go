package sdjwtvc

import (
	"crypto"
	_ "crypto/sha256" // registers SHA-256
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"strings"
)

const (
	// MaxSize is the size of the largest presentation that Verify reads, in bytes. A portrait fits.
	MaxSize = 1 << 20
	// MaxDisclosures is the number of disclosures that Verify reads.
	MaxDisclosures = 512
)

// presentation is an SD-JWT, with or without a key binding JWT (RFC 9901, 4), in its parts.
type presentation struct {
	issuer      jwt
	disclosures []string
	bound       string // up to and with the last tilde: the input of sd_hash
	keyBinding  string // "" means none
}

func parse(text string) (p presentation, err error) {
	if len(text) > MaxSize {
		return p, fault(TooLarge)
	}
	end := strings.LastIndexByte(text, '~') + 1
	if end == 0 {
		return p, fault(Malformed)
	}
	if strings.Count(text, "~")-1 > MaxDisclosures {
		return p, fault(TooManyDisclosures)
	}
	p.bound, p.keyBinding = text[:end], text[end:]
	parts := strings.Split(p.bound[:end-1], "~")
	p.disclosures = parts[1:]
	p.issuer, err = readJWT(parts[0], Malformed, HeaderMalformed, PayloadMalformed)
	return p, err
}

// hash returns the hash function of the digests (RFC 9901, 4.1.1).
func (p presentation) hash() (crypto.Hash, error) {
	name, present := p.issuer.claims["_sd_alg"]
	if !present {
		return crypto.SHA256, nil
	}
	switch name {
	case "sha-256":
		return crypto.SHA256, nil
	case "sha-384":
		return crypto.SHA384, nil
	case "sha-512":
		return crypto.SHA512, nil
	default:
		return 0, fault(HashUnsupported)
	}
}

func digest(by crypto.Hash, text string) string {
	sum := by.New()
	sum.Write([]byte(text))
	return encoding.EncodeToString(sum.Sum(nil))
}
