// Package mdoc verifies mobile documents: driving licences (mDL), photo IDs, EU person identification data (PID) and EU
// proofs of age, as a wallet shows them in a DeviceResponse of ISO/IEC 18013-5. It opens no connection, reads no file,
// keeps no state, and imports no other package of Stile.
//
// A verifier makes the SessionTranscript of its own request (RedirectTranscript, DCAPITranscript, AnnexCTranscript),
// calls Verify, and reads the requested elements of the Document:
//
//	documents, err := mdoc.Verify(response, mdoc.Options{
//		Transcript: mdoc.RedirectTranscript(clientID, nonce, &thumbprint, responseURI),
//		Requests: []mdoc.Request{{
//			DocType:  mdoc.DocTypeMDL,
//			Elements: map[string][]string{mdoc.NamespaceMDL: {"age_over_21"}},
//		}},
//		Now:   time.Now(),
//		Trust: trusted, // for example with package trust
//	})
//
// Trust in the issuer is the caller's: Verify checks the issuer's signature with the certificate that the response
// brings along, and asks Options.Trust whether that certificate is to be trusted. Revocation is the caller's, too:
// Document.Status says where to look.
//
// # Checks
//
// A refusal is a *Fault with one of these codes. Clauses are those of ISO/IEC 18013-5:2021 where no other document is
// named.
//
//	check                                                      clause       code
//	at most 1 MiB, 16 documents                                -            too_large
//	well-formed CBOR: definite lengths, no repeated key,       8.1,         malformed
//	  16 levels, 1,024 elements; status is present             8.3.2.1.2.2
//	major version 1                                            8.3.2.1.2.2  version_unsupported
//	status is 0                                                8.3.2.1.2.3  status_not_ok
//	each requested document is there                           8.3.2.1.2.2  document_missing
//	  or else the device says that it refuses it               8.3.2.1.2.2  document_refused
//	each document once                                         8.3.2.1.2.2  document_repeated
//	no document that was not requested                         8.3.2.1.2.2  document_unrequested
//	IssuerAuth is an untagged COSE_Sign1 with its algorithm    9.1.2.4      issuer_auth_malformed
//	  in the protected header, and no critical header
//	algorithm is that of the key: ES256, ES384, ES512, EdDSA   9.1.2.4      algorithm_unsupported
//	x5chain is present                                         9.1.2.4      chain_missing
//	  with one to four certificates that can be read           Annex B      certificate_malformed
//	issuer's signature over Sig_structure                      9.3.1        issuer_signature
//	MobileSecurityObjectBytes under tag 24, fields present,    9.1.2.4      mso_malformed
//	  no namespace authorized twice
//	version of the object is 1                                 9.1.2.4      mso_version
//	SHA-256, SHA-384 or SHA-512                                9.1.2.5      digest_algorithm
//	document types of object and document are equal            9.3.1        doc_type_mismatch
//	signed, validFrom, validUntil are tdate, in this order     9.1.2.4      validity_malformed
//	signed while the signer's certificate was valid            9.3.1        signed_outside_certificate
//	signed by now                                              9.3.1        signed_in_future
//	validFrom has come                                         9.3.1        not_yet_valid
//	validUntil has not                                         9.3.1        expired
//	status has a list or an identifier, if it is there         (note 1)     status_malformed
//	Options.Trust accepts the issuer                           9.3.1        error of Trust
//	items are under tag 24, with their fields                  8.3.2.1.2.2  item_malformed
//	random value of 16 bytes or more                           9.1.2.5      random_too_short
//	digest identifiers once in a namespace                     9.1.2.5      digest_id_repeated
//	element identifiers once in a namespace                    8.3.2.1.2.2  element_repeated
//	the object has a digest of each item                       9.3.1        digest_missing
//	  and it is that of the item's bytes as they were sent     9.3.1        digest_mismatch
//	issuing_country and issuing_jurisdiction of a driving      9.3.1        country_mismatch
//	  licence, if shown, are those of the certificate
//	DeviceSigned with a signature or a MAC                     9.1.3.2      device_auth_missing
//	  not both, without a payload                              9.1.3.4      device_auth_malformed
//	device key: P-256, P-384, P-521, brainpool P256r1, P384r1  9.1.5.2      device_key_unsupported
//	  or P512r1, Ed25519; for a MAC P-256, P-384, P-521, X25519
//	device signature over DeviceAuthenticationBytes            9.1.3.6      device_signature
//	device MAC (HMAC 256/256, EMacKey) over the same           9.1.3.5      device_mac
//	  the verifier has a key for it                            9.1.3.5      device_mac_without_key
//	elements that the device signed are authorized             9.1.2.4      device_element_unauthorized
//	each requested element, or each of an alternative, is      8.3.2.1.2.1  element_missing
//	  signed by the issuer
//	  or else the device says that it refuses it               8.3.2.1.2.3  element_refused
//	EncryptedResponse is ["dcapi", {enc, cipherText}]          (note 2)     envelope_malformed
//	  and opens with the key and the transcript                (note 2)     envelope_sealed
//	a claim that is read is there                              7.2.1        claim_missing
//	  and has its type; ages do not contradict each other      7.2.5        claim_malformed
//
// Note 1: Token Status List (IETF), section 6.3. Note 2: ISO/IEC TS 18013-7, Annex C.
//
// A request for age_over_NN is met by the nearest age that decides (7.2.5); see Elements.AgeOver.
//
// # Not supported
//
// brainpoolP320r1, Ed448 and X448, which no library in use here implements; MACs on brainpool curves, because the
// arithmetic is not in constant time and a MAC needs the verifier's private key; compressed points in device keys;
// certificates with RSA keys, which the standard does not have either. Integers and lengths that are longer than needed
// are accepted, though 8.1 forbids them: digests and signatures cover the bytes as they were sent. Digest identifiers
// of 2^31 and more are accepted, though 9.1.2.5 forbids them, because issuers that use @owf/mdoc choose from 2^32.
package mdoc
