// Package statuslist reads token status lists (draft-ietf-oauth-status-list) in JWT and in CWT form, and the status of
// a credential in them. It opens no connection, keeps no state, and imports no other package of Stile. A credential in
// JWT form refers to lists in JWT form (Read), an mdoc to lists in CWT form (ReadCWT).
//
//	token, err := statuslist.Read(ctx, body, statuslist.Options{
//		URI: reference.URI, Verify: statuslist.SignedBy(keys...), Skew: time.Minute, Now: time.Now(),
//	})
//	status, err := token.Status(reference.Index)
//
// The caller fetches the token, decides about its signer (Options.Verify), and about the credential if the token cannot
// be had or is refused. Token.Until says how long the token may be kept.
//
// # Checks
//
// A refusal is a *Fault with one of these codes. Clauses are those of Token Status List where no other document is
// named, first for the JWT form and then for the CWT form.
//
//	check                                                     clause                     code
//	at most 8 MiB                                             -                          too_large
//	compact JWS of JSON without repeated members;             RFC 7519, 7.2; 5.2         malformed
//	  COSE_Sign1 under tag 18 of CBOR of definite lengths,
//	  without repeated keys, other tags, NaN and infinity,
//	  and no label in both headers; claims of their types
//	typ is statuslist+jwt; label 16 of the protected header   5.1; 5.2                   type_unsupported
//	  is application/statuslist+cwt
//	no crit and no b64                                        RFC 7515, 4.1.11; RFC 9052, 3.1 critical_header
//	alg is ES256, ES384, ES512 or EdDSA, and protected        5.1; 5.2                   algorithm_unsupported
//	x5c or x5chain has at most eight certificates             RFC 7515, 4.1.6; RFC 9360, 2 chain_malformed
//	Options.Verify accepts signature and signer               5.1; 5.2                   error of Verify
//	  and, of SignedBy, one of the keys has signed            5.1; 5.2                   signature
//	sub is the address that the credential names              8.3, step 4a               subject_mismatch
//	iat is there; iat, exp and nbf are times                  5.1; 5.2                   time_malformed
//	iat is not after now and Skew                             8.3, step 4b               issued_in_future
//	exp has not passed, if it is there                        8.3, step 4c               expired
//	nbf has come, if it is there                              RFC 7519, 4.1.5; RFC 8392, 3.1.5 not_yet_valid
//	ttl is positive, if it is there                           5.1; 5.2                   ttl_malformed
//	  and has not passed since Options.Received               8.3, step 4d               stale
//	status_list is there; lst is base64url                    4.2; 4.3                   list_malformed
//	bits is 1, 2, 4 or 8                                      4.2; 4.3                   bits_unsupported
//	the list is one ZLIB stream, and not empty                8.3, step 5                compression_malformed
//	it inflates to at most 16 MiB                             -                          inflated_too_large
//	the index is in the list                                  8.3, step 6                index_out_of_range
//
// # Not supported
//
// Lists that are protected by a MAC (COSE_Mac0), because a verifier with the key could make them itself, and the number
// of a CoAP content format in place of the type's name, because it is not assigned yet.
package statuslist
