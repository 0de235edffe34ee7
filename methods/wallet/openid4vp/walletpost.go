package openid4vp

import (
	"bytes"
	"net/url"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxWalletPost is the size of the largest POST to request_uri that ReadWalletPost reads, in bytes.
const MaxWalletPost = 64 << 10

// WalletPost is a wallet's POST to request_uri (5.10).
type WalletPost struct {
	// Nonce goes into the Request Object; "" means that the wallet sent none.
	Nonce string
	// Metadata is the JSON object wallet_metadata; nil means that the wallet sent none. This package does not use it: it
	// signs one form of request, and encrypts none.
	Metadata []byte
}

// ReadWalletPost reads the body of a POST to request_uri. Parameters that are not known are left out. A Fault has the
// code wallet_post, wallet_nonce or wallet_metadata.
func ReadWalletPost(body []byte) (WalletPost, error) {
	form, err := readForm(body, MaxWalletPost, WalletPostMalformed)
	if err != nil {
		return WalletPost{}, err
	}
	post := WalletPost{Nonce: form["wallet_nonce"]}
	if _, sent := form["wallet_nonce"]; sent && !isText(post.Nonce) {
		return WalletPost{}, fault(WalletNonce)
	}
	if text, sent := form["wallet_metadata"]; sent {
		var members map[string]jsontext.Value
		if json.Unmarshal([]byte(text), &members) != nil || members == nil {
			return WalletPost{}, fault(WalletMetadata)
		}
		post.Metadata = []byte(text)
	}
	return post, nil
}

// readForm reads a body of the type application/x-www-form-urlencoded. A parameter may be there once.
func readForm(body []byte, limit int, malformed Code) (map[string]string, error) {
	if len(body) > limit || !utf8.Valid(body) || bytes.Count(body, []byte{'&'}) > maxParameters {
		return nil, fault(malformed)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fault(malformed)
	}
	form := make(map[string]string, len(values))
	for name, list := range values {
		if len(list) != 1 || !utf8.ValidString(list[0]) {
			return nil, fault(malformed)
		}
		form[name] = list[0]
	}
	return form, nil
}

// maxParameters is the number of parameters that a form may have.
const maxParameters = 64
