package openid4vp

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Protocol is an exchange protocol of the Digital Credentials API.
type Protocol string

// The protocols of this package: those of OpenID4VP (A.1), and that of ISO/IEC TS 18013-7, Annex C.
const (
	Signed   Protocol = "openid4vp-v1-signed"
	Unsigned Protocol = "openid4vp-v1-unsigned"
	IsoMdoc  Protocol = "org-iso-mdoc"
)

// RequestOptions are the settings of a request. Query is needed, and so is ResponseURI or one of Protocols.
type RequestOptions struct {
	Query Query
	// ResponseURI is the HTTPS address that a wallet posts its response to. "" means no request by redirect.
	ResponseURI string
	// Protocols are the protocols that the page offers to the Digital Credentials API, the preferred one first.
	Protocols []Protocol
	// Origins are the origins of pages that may ask over the Digital Credentials API, like https://verify.example.com.
	Origins []string
	// Plain asks for responses that are not encrypted, by redirect and with the protocols of OpenID4VP.
	Plain bool
	// TransactionData are JSON objects that the user authorizes (8.4). Only SD-JWT VCs carry their proof.
	TransactionData []TransactionObject
}

// Request is the part of a request that the verifier keeps until the response is verified. One request serves all its
// transports. It holds a private key, so it is stored encrypted. Its fields are not to be changed.
type Request struct {
	ClientID    string        `json:"client_id"`
	Query       Query         `json:"query"`
	Nonce       string        `json:"nonce"`
	State       string        `json:"state"`
	ResponseURI string        `json:"response_uri,omitempty"`
	Protocols   []Protocol    `json:"protocols,omitempty"`
	Origins     []string      `json:"origins,omitempty"`
	Plain       bool          `json:"plain,omitempty"`
	Transaction []string      `json:"transaction_data,omitempty"`
	Key         *EphemeralKey `json:"key"`
}

// UnmarshalJSON reads a stored request. A Fault has the code request_malformed if a part is missing, ephemeral_key if
// the key is no private key on P-256, or that of the query.
func (r *Request) UnmarshalJSON(text []byte) error {
	type fields Request // without this method
	if err := json.Unmarshal(text, (*fields)(r)); err != nil {
		return err
	}
	nonce, err := encoding.DecodeString(r.Nonce)
	if err != nil || len(nonce) != secretSize || r.ClientID == "" || r.State == "" {
		return fault(RequestMalformed)
	}
	if r.Key == nil {
		return fault(EphemeralKeyStored)
	}
	return r.Query.Validate()
}

// NewRequest returns a request with a new nonce, state and ephemeral key. A Fault says which option is not valid.
func (c *Client) NewRequest(o RequestOptions) (*Request, error) {
	if err := o.Query.Validate(); err != nil {
		return nil, err
	}
	if o.ResponseURI == "" && len(o.Protocols) == 0 {
		return nil, fault(TransportMissing)
	}
	if err := c.checkResponseURI(o.ResponseURI); err != nil {
		return nil, err
	}
	if err := o.checkProtocols(); err != nil {
		return nil, err
	}
	transaction, err := encodeTransaction(o.TransactionData, &o.Query)
	if err != nil {
		return nil, err
	}
	key, err := newEphemeralKey()
	if err != nil {
		return nil, err
	}
	return &Request{
		ClientID: c.id, Query: o.Query, Nonce: secret(), State: secret(), ResponseURI: o.ResponseURI,
		Protocols: o.Protocols, Origins: o.Origins, Plain: o.Plain, Transaction: transaction, Key: key,
	}, nil
}

// secretSize is the size of nonce and state in bytes.
const secretSize = 32

// secret returns random bytes in base64url.
func secret() string {
	random := make([]byte, secretSize)
	_, _ = rand.Read(random) // it never fails
	return encoding.EncodeToString(random)
}

// checkResponseURI checks an address. With SANDNS its host is the client (5.9.3).
func (c *Client) checkResponseURI(address string) error {
	if address == "" {
		return nil
	}
	parsed, err := url.Parse(address)
	if err != nil || !secure(parsed) || parsed.Fragment != "" || parsed.User != nil {
		return fault(ResponseURI)
	}
	if c.prefix == SANDNS && parsed.Hostname() != c.host {
		return fault(ClientName)
	}
	return nil
}

// secure reports whether an address is one of HTTPS, or of HTTP on the machine itself, for development.
func secure(address *url.URL) bool {
	if address.Opaque != "" || address.Hostname() == "" {
		return false
	}
	return address.Scheme == "https" || address.Scheme == "http" && loopback(address.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (o *RequestOptions) checkProtocols() error {
	if len(o.Protocols) > 0 && len(o.Origins) == 0 {
		return fault(OriginMalformed)
	}
	for _, origin := range o.Origins {
		parsed, err := url.Parse(origin)
		if err != nil || !secure(parsed) || parsed.Scheme+"://"+parsed.Host != origin {
			return fault(OriginMalformed)
		}
	}
	for i, protocol := range o.Protocols {
		switch {
		case protocol != Signed && protocol != Unsigned && protocol != IsoMdoc, slices.Contains(o.Protocols[:i], protocol):
			return fault(ProtocolUnknown)
		case protocol == IsoMdoc && (!o.Query.AnsweredByMdocs() || len(o.TransactionData) > 0):
			return fault(ProtocolUnfit)
		}
	}
	return nil
}

// Link returns the Authorization Request by reference (RFC 9101, 5.2.2) that opens a wallet. base is the address of
// wallets, like "openid4vp://authorize"; requestURI is where the wallet fetches the Request Object, by POST if it knows
// how to, otherwise by GET.
func (r *Request) Link(base, requestURI string) (string, error) {
	address, err := url.Parse(base)
	if err != nil || address.Scheme == "" || address.Fragment != "" || address.Opaque != "" {
		return "", fault(LinkMalformed)
	}
	if at, err := url.Parse(requestURI); err != nil || !secure(at) || at.Fragment != "" {
		return "", fault(LinkMalformed)
	}
	query := url.Values{"client_id": {r.ClientID}, "request_uri": {requestURI}, "request_uri_method": {"post"}}
	separator := "?"
	if strings.Contains(base, "?") {
		separator = "&"
	}
	return base + separator + query.Encode(), nil
}

// Offer is an entry of requests in a call of the Digital Credentials API.
type Offer struct {
	Protocol Protocol        `json:"protocol"`
	Data     json.RawMessage `json:"data"`
}

// Offers returns the request in each of its protocols, as navigator.credentials.get takes them in digital.requests.
// A Fault has the code client_changed if the request was made by another client.
func (c *Client) Offers(r *Request) ([]Offer, error) {
	offers := make([]Offer, 0, len(r.Protocols))
	for _, protocol := range r.Protocols {
		data, err := c.offer(r, protocol)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(data)
		if err != nil {
			return nil, err
		}
		offers = append(offers, Offer{protocol, text})
	}
	return offers, nil
}

func (c *Client) offer(r *Request, protocol Protocol) (any, error) {
	if r.ClientID != c.id {
		return nil, fault(ClientChanged)
	}
	switch protocol {
	case Signed:
		object, err := c.sign(r.signedDCAPI())
		return map[string]string{"request": object}, err
	case Unsigned:
		return r.unsignedDCAPI(), nil
	case IsoMdoc:
		return c.isoMdoc(r)
	}
	return nil, fault(ProtocolUnknown)
}
