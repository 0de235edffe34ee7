// Package sdjwtvc verifies the presentation of an SD-JWT VC: a credential with selectively disclosable claims
// (RFC 9901, draft-ietf-oauth-sd-jwt-vc), as a wallet sends it in an OpenID4VP response. It opens no connection, reads
// no file, keeps no state, and imports no other package of Stile. Package statuslist reads the status that a credential
// refers to.
//
//	credential, err := sdjwtvc.Verify(ctx, presentation, sdjwtvc.Options{
//		Types:    []string{sdjwtvc.PIDType},
//		Nonce:    nonce,    // of the request
//		Audience: clientID, // of the request
//		Trust:    trusted,  // checks the issuer's certificates
//		Skew:     time.Minute,
//		Now:      time.Now(),
//	})
//	pid, err := credential.ReadPID(time.Now())
//	over, stated := pid.AgeOver(18)
//
// Trust in the issuer is the caller's: Verify checks that the certificate, or the published key, belongs to the issuer
// and has signed, and asks Options.Trust whether that issuer is to be trusted. The validity of the certificates is for
// Trust, too. Revocation is the caller's: VC.Status says where to look. The caller has to check that the claims
// it asked for are there, because the holder chooses the claims to disclose.
//
// The result is safe to use only if err is nil. The order of the checks is not part of the interface.
//
// # Checks
//
// A refusal is a *Fault with one of these codes. Clauses are those of RFC 9901 where no other document is named; those
// of SD-JWT VC are the ones of draft 18.
//
//	check                                                     clause                   code
//	at most 1 MiB                                             -                        too_large
//	at most 512 disclosures                                   -                        too_many_disclosures
//	at most 32 levels, disclosed values included              -                        too_deep
//	compact serialization, base64url without padding          4                        malformed
//
//	header is a JSON object without repeated members          RFC 7515, 5.2            header_malformed
//	typ is dc+sd-jwt, or vc+sd-jwt of earlier drafts          SD-JWT VC, 2.2.1         type_unsupported
//	no crit and no b64                                        RFC 7515, 4.1.11         critical_header
//	alg is ES256, ES384, ES512 or EdDSA (Ed25519)             7.1, step 2a             algorithm_unsupported
//	payload is a JSON object without repeated members         4.1                      payload_malformed
//	iss is a text, if it is there                             RFC 7519, 4.1.1          iss_malformed
//	x5c has one to eight certificates                         RFC 7515, 4.1.6          chain_malformed
//	the signer's certificate is not self-signed               HAIP 1.0, 6.1.1          certificate_self_signed
//	it names iss: its URI, or the host of an HTTPS address    SD-JWT VC, draft 09, 3.5 issuer_mismatch
//	vct is there                                              SD-JWT VC, 2.2.2.1       vct_missing
//	aka_vcts has texts other than vct, if it is there         SD-JWT VC, 2.2.2.2       aka_vcts_malformed
//	vct or one of aka_vcts is in Options.Types                SD-JWT VC, 2.2.2.1       vct_unaccepted
//	there is a certificate, or an iss and Options.Keys        SD-JWT VC, 2.5           issuer_key_missing
//	Options.Trust accepts the issuer                          7.1, step 2c             error of Trust
//	the issuer's key verifies, by the algorithm of its curve  7.1, step 2b             issuer_signature
//
// Without a certificate MetadataKeys finds the key:
//
//	iss is an HTTPS address without query, fragment, user     SD-JWT VC, 4             issuer_metadata_address
//	the Getter answers                                        SD-JWT VC, 3             issuer_metadata_unavailable
//	metadata and key set are JSON; one of jwks and jwks_uri   SD-JWT VC, 4.2           issuer_metadata_malformed
//	its issuer is iss                                         SD-JWT VC, 4.3           issuer_metadata_mismatch
//	it has a signing key with the kid of the header           SD-JWT VC, 4.3           issuer_key_unknown
//
// Key binding. It is checked wherever it is there, and needed unless Options.WithoutKeyBinding is set:
//
//	there is a key binding JWT                                7.3, step 2              key_binding_missing
//	cnf has a jwk                                             7.3, step 5a             holder_key_missing
//	  that is a public key for a supported algorithm          7.3, step 5a             holder_key_unsupported
//	the key binding JWT is a compact JWS of JSON objects      4.3                      key_binding_malformed
//	its typ is kb+jwt                                         7.3, step 5d             key_binding_type
//	no crit and no b64                                        RFC 7515, 4.1.11         key_binding_critical_header
//	its alg is that of the key                                7.3, step 5b             key_binding_algorithm
//	the key of cnf verifies                                   7.3, step 5c             key_binding_signature
//	iat is there; iat, exp and nbf are times                  4.3                      key_binding_time_malformed
//	iat is not before now, less KeyBindingAge and Skew        7.3, step 5e             key_binding_too_old
//	iat is not after now and Skew                             7.3, step 5e             key_binding_in_future
//	exp has not passed, if it is there                        7.3, step 5h             key_binding_expired
//	nbf has come, if it is there                              7.3, step 5h             key_binding_not_yet_valid
//	nonce is that of the request                              7.3, step 5f             nonce_mismatch
//	aud is the verifier, as one text                          7.3, step 5f             audience_mismatch
//	sd_hash is the digest of all bytes before the JWT         7.3, step 5g             sd_hash_mismatch
//
// Disclosures:
//
//	_sd_alg is sha-256, sha-384, sha-512, or absent           4.1.1                    hash_unsupported
//	each is an array of a salt, a name if any, and a value    4.2                      disclosure_malformed
//	none twice                                                7.1, step 4              disclosure_repeated
//	a claim for a digest of _sd, else an array element        7.1, step 3c             disclosure_form
//	each belongs to a digest, maybe in another disclosure     7.1, step 5              disclosure_unreferenced
//	digests are texts in _sd, or alone in array elements      4.2.4                    digest_malformed
//	no digest twice, decoys included                          7.1, step 4              digest_repeated
//	no claim is named _sd, "..." or, at the top, _sd_alg      7.1, step 3c             claim_reserved
//	no claim is named like one that is there                  7.1, step 3c             claim_exists
//	iss, nbf, exp, cnf, vct, vct#integrity, aka_vcts and      SD-JWT VC, 2.2.2.3       claim_not_plain
//	  status are plain, with all their parts
//
// Validity:
//
//	iat, nbf and exp are times, if they are there             RFC 7519, 2              time_malformed
//	exp has not passed, with Skew                             RFC 7519, 4.1.4          expired
//	nbf has come, with Skew                                   RFC 7519, 4.1.5          not_yet_valid
//	iat is not after now and Skew                             RFC 7519, 4.1.6          issued_in_future
//	status refers to a token status list, if it is there      Token Status List, 6.2   status_malformed
//
// And in ReadPID, for person identification data (the PID Rulebook of the EU's Architecture and Reference Framework):
//
//	the credential is of one of the types                     PID Rulebook, 4.1.1      pid_type
//	claims that are read have their forms                     PID Rulebook, 4.1.1      pid_malformed
//	the day of date_of_expiry has not passed                  PID Rulebook, 4.1.1      pid_expired
package sdjwtvc
