// Package openid4vp is the verifier's side of OpenID for Verifiable Presentations 1.0, by redirect and over the W3C
// Digital Credentials API, and of the protocol org-iso-mdoc (ISO/IEC TS 18013-7, Annex C). It opens no connection,
// reads no file, keeps no state, and imports no other package of Stile than mdoc and sdjwtvc, which verify the
// documents.
//
// A verifier has one Client for its key and certificate. It makes a Request, stores it, and gives it to the wallet:
//
//	client, err := openid4vp.NewClient(openid4vp.ClientOptions{Prefix: openid4vp.Hash, Key: key, Chain: chain})
//	request, err := client.NewRequest(openid4vp.RequestOptions{
//		Query: openid4vp.Query{Credentials: []openid4vp.CredentialQuery{
//			openid4vp.Mdoc("mdl", mdoc.DocTypeMDL, openid4vp.Element(mdoc.NamespaceMDL, "age_over_21")),
//		}},
//		ResponseURI: "https://verify.example.com/response/1",
//		Protocols:   []openid4vp.Protocol{openid4vp.Signed, openid4vp.IsoMdoc},
//		Origins:     []string{"https://verify.example.com"},
//	})
//
//	offers, err := client.Offers(request)                          // for navigator.credentials.get
//	link, err := request.Link("openid4vp://authorize", requestURI) // for a link, or a QR code
//	post, err := openid4vp.ReadWalletPost(body)                    // the wallet's POST to requestURI,
//	object, err := client.SignRedirect(request, post.Nonce)        // and the answer to it
//
// A response is opened where it arrives, and verified later, maybe by another process: Request and Presentation are
// encoded in JSON.
//
//	presentation, err := request.OpenForm(body)                      // a POST to ResponseURI, or
//	presentation, err := request.OpenDCAPI(protocol, data, origin)   // the DigitalCredential
//
//	verified, err := request.Verify(ctx, presentation, openid4vp.VerifyOptions{
//		Now: arrival, Skew: time.Minute, TrustMdoc: trustedMdoc, TrustSDJWT: trustedSDJWT,
//	})
//
// One request may be answered by any of its transports. They share the nonce and the ephemeral key; the wallet signs
// the client and ResponseURI by redirect, and the origin of the page over the Digital Credentials API.
//
// Three checks are the caller's: that a request is answered once, that it is answered in time, and that the answer
// comes from the user of the session, which an answer by redirect does not prove (14.2).
//
// # Checks
//
// A refusal is a *Fault with one of these codes, or a fault of package mdoc or sdjwtvc. Clauses are those of
// OpenID4VP 1.0 where no other document is named.
//
// Query.Validate, and NewRequest, which calls it:
//
//	check                                                     clause                    code
//	credentials are there                                     6                         query_empty
//	at most 16 credentials and sets, 128 claims in each       -                         query_too_large
//	ids have letters, digits, _ and -                         6.1                       credential_id
//	  and are there once                                      6.1                       credential_id_repeated
//	format is mso_mdoc or dc+sd-jwt                           6.1                       format_unsupported
//	meta has doctype_value or vct_values, as the format needs B.2.3, B.3.5              meta_malformed
//	trusted_authorities are of a type of 6.1.1, with values   6.1.1                     trusted_authorities
//	at least one claim is asked for: none proves nothing      6.4.1                     claims_missing
//	paths begin with a name; two names for an mdoc            7                         claim_path
//	no path is there twice                                    6.1                       claim_repeated
//	ids of claims are there once, and with claim_sets always  6.3                       claim_id
//	values are texts, integers and booleans;                  6.3                       claim_values
//	  intent_to_retain is for an mdoc
//	claim_sets name claims                                    6.4.1                     claim_sets
//	credential_sets name credentials                          6.2                       credential_sets
//
// NewClient:
//
//	one to eight certificates, each signed by the next        5.9.3                     client_chain
//	key is that of the first: P-256, P-384, P-521, Ed25519    5.9.3                     client_key
//	with x509_san_dns it has the host as a dNSName            5.9.3                     client_name
//
// NewRequest, Offers, SignRedirect, Link and ReadWalletPost:
//
//	there is a ResponseURI or a protocol                      5.1                       transport_missing
//	ResponseURI is an HTTPS address without fragment          8.2                       response_uri
//	  of the host that the client is, with x509_san_dns       5.9.3                     client_name
//	origins are there, of HTTPS, without path                 A.2                       origin_malformed
//	protocols are known, each once                            A.1                       protocol_unknown
//	org-iso-mdoc: mdocs alone answer, each of its own type    (note 1)                  protocol_unfit
//	transaction data has a type, and names SD-JWT VCs         5.1                       transaction_data
//	the client is the one that made the request               5.10.1                    client_changed
//	base and requestURI of a link are addresses               9                         link_malformed
//	a wallet's POST is a form of at most 64 KiB, 64 fields    5.10                      wallet_post
//	wallet_nonce has 1 to 512 bytes, if it is there           5.10                      wallet_nonce
//	wallet_metadata is a JSON object, if it is there          5.10                      wallet_metadata
//	a stored request has client, nonce, state, transaction    5                         request_malformed
//	  and its ephemeral key                                   8.3                       ephemeral_key
//
// OpenForm and OpenDCAPI:
//
//	at most 2 MiB                                             -                         too_large
//	a form, or a JSON object without repeated members, with   8.2, A.4                  response_malformed
//	  one of vp_token, response and error, none of them twice
//	the request was made for redirects                        8.2                       transport_unasked
//	  or for the protocol                                     A.1                       protocol_unasked
//	  and the origin                                          A.2                       origin_unasked
//	vp_token is encrypted where that was asked                8.3                       response_not_encrypted
//	  and is not where it was not                             8.2                       response_encrypted
//	state is there, by redirect                               14.3.2                    state_missing
//	  and each that is there is that of the request           14.3.2                    state_mismatch
//	error has 1 to 512 bytes                                  8.5                       error_malformed
//	response is a JWE of five parts, without encrypted key    RFC 7516, 5.2             jwe_malformed
//	header is a JSON object without repeated members, crit    RFC 7516, 4.1             jwe_header
//	  and zip; apu and apv are base64url
//	alg is ECDH-ES                                            8.3                       jwe_algorithm
//	enc is A128GCM or A256GCM                                 8.3                       jwe_encryption
//	kid is that of the request's key                          8.3                       jwe_key
//	epk is a public key on P-256                              RFC 7518, 4.6.1           jwe_ephemeral_key
//	the key of the request opens it                           8.3                       jwe_sealed
//	the payload is a JSON object, without response            8.3                       payload_malformed
//	  and with vp_token or error                              8.1                       vp_token_missing
//	vp_token has an array of 1 to 16 texts for each id        8.1                       vp_token_malformed
//	EncryptedResponse is in base64url                         (note 1)                  envelope_encoding
//	  and opens with the key and the transcript               (note 1)                  faults of mdoc
//
// Verify:
//
//	the stored presentation has its transport and entries     8.6                       presentation_stored
//	the wallet returned no error                              8.5                       wallet_refused
//	each entry was asked for                                  8.1                       credential_unrequested
//	  and has one presentation, unless multiple may be there  8.1                       credential_repeated
//	the entries answer the query                              6.4.2                     credential_missing
//	an mdoc is in base64url without padding                   B.2.5                     mdoc_encoding
//	  and verifies with the transcript of the transport       B.2.6                     faults of mdoc
//	an SD-JWT VC verifies with nonce and audience             B.3.6, A.4                faults of sdjwtvc
//	all claims are there, or those of one claim set           6.4.1                     claim_missing
//	claims with accepted values have one of them              6.3                       claim_value
//	the key binding JWT of a named credential has the hash    B.3.3.1                   transaction_unproven
//	  (SHA-256) of each transaction object
//
// Note 1: ISO/IEC TS 18013-7, Annex C.
//
// # Not supported
//
// Requests by value and without a signature by redirect, other Client Identifier Prefixes, multi-signed requests,
// encrypted Request Objects, the parameters scope and verifier_info, credentials without a proof of the holder's key.
// The capabilities in wallet_metadata are not used: there is one form of request. A DeviceRequest has no alternatives
// of claims or documents: with org-iso-mdoc the preferred claims of each document are asked for, and an answer with
// another claim set or with some of the documents is verified like any other. All documents of such an answer are
// verified, and Verify returns those of the preferred option. A device MAC is made with the ephemeral key; it is
// accepted, and not asked for.
package openid4vp
