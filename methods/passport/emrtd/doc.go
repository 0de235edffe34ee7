// Package emrtd verifies the chips of passports and identity cards, which ICAO Doc 9303 describes: that the files are
// those that the issuing state has signed (passive authentication), and that the chip is the one that they were written
// to (active authentication and chip authentication). It opens no connection, reads no file, keeps no state, and
// imports no other package of Stile.
//
// A verifier is not near the chip: a reader, such as an app on a phone, opens the chip with the zone that is printed in
// the document (BAC or PACE), reads its files, and relays commands. The keys of access stay on the phone.
//
//	session, err := emrtd.BeginChip(dg14)                 // commands for the reader, and a secret for the verifier
//	document, err := emrtd.Verify(files, emrtd.Options{   // passive authentication
//		Now: now, Trust: func(signer *emrtd.Certificate) error { … },
//	})
//	active, chip := document.Announces()
//	err = document.Active(challenge, signature)           // of a challenge of eight octets
//	err = session.Answered(dg14, answers)
//
// A chip that announces neither protocol can be copied. One that announces both has proven itself by either: a copy has
// neither private key.
//
// # Checks
//
// A refusal is a *Fault with one of these codes. Clauses are those of ICAO Doc 9303, eighth edition, as part-clause,
// where no other document is named.
//
//	check                                                      clause       code
//	at most 8 MiB a file                                       -            too_large
//	EF.SOD has one signed message in BER: 32 levels            10-4.6.2.2   cms_malformed
//	  of an LDS security object                                10-4.6.2.2   content_type
//	  with one signer                                          10-4.6.2.2   signer_count
//	  and its certificate is in the message                     10-4.6.2.2   signer_missing
//	  and can be read                                          12-7.1       certificate_malformed
//	signed attributes: type of content and digest, each once   10-4.6.2.2   attributes_malformed
//	  the type is that of the content                          5652-11.1    content_type_mismatch
//	  the digest is that of the content                        11-5.1       message_digest
//	signature over the signed attributes                       11-5.1       signature
//	signature of a certificate                                 11-5.1       certificate_signature
//	SHA-224, SHA-256, SHA-384, SHA-512 (SHA-1 see below)       12-4.1.6     digest_unsupported
//	  not SHA-1, unless the operator accepts it                12-4.1.6     digest_weak
//	RSA PKCS#1 v1.5 and PSS, ECDSA, with the key for it        12-4.1.6     signature_unsupported
//	PSS: one digest, MGF1, trailer 1, a salt of 1 octet up to  12-4.1.6.1   pss_parameters
//	  the length of the digest; those that the key allows
//	key is well-formed, its point is on its curve              12-4.1.6     key_unsupported
//	  RSA from 2,048 bits, curves from 224 bits; of a chip     12-4.1.6     key_too_short
//	  RSA from 1,024 bits, curves from 192 bits
//	named curve, or explicit parameters that are those of one  12-4.1.6.3   curve_unknown
//	security object is well-formed, digests have their length  10-4.6.2.3   object_malformed
//	  version 0, or 1 with the versions of LDS and Unicode     10-4.6.2.3   object_version
//	  each data group once                                     10-4.6.2.3   group_repeated
//	each data group that is sent is listed                     11-5.1       group_unlisted
//	  and has the digest that is signed                        11-5.1       group_digest
//	DG1 is sent, and DG14 and DG15 if they are listed          11-5.1       group_missing
//	DG1 has a zone of 90, 72 or 88 characters                  10-4.7.1     dg1_malformed
//	DG2, DG14 and DG15 can be read, if they are sent           10-4.7.2     dg2_malformed
//	                                                           11-9.2       dg14_malformed
//	                                                           10-4.7.15    dg15_malformed
//	the signer may sign documents of the zone's type           12-7.1       document_type
//	the signer states no time in the future                    5652-11.3    signed_in_future
//	  nor one at which its certificate was not valid           11-5.1       signed_outside_certificate
//	Options.Trust is there and accepts the signer              11-5.1       trust_missing, error of Trust
//	challenge has 8 octets                                     11-6.1.1     active_challenge
//	DG15 has a key                                             11-6.1.1     active_unannounced
//	  and for ECDSA DG14 names the digest                      11-6.1.2     active_unstated
//	  which is SHA-1 or longer                                 11-6.1.2     active_unsupported
//	signature over the challenge: ISO/IEC 9796-2 scheme 1 with 11-6.1.1     active_signature
//	  partial recovery and trailer BC or xxCC, or plain ECDSA
//	DG14 has a key of chip authentication                      11-6.2.1     chip_unannounced
//	  with ECDH or DH, 3DES or AES, of no small order          11-6.2.3     chip_unsupported
//	the key is the one that the session began with             11-6.2.1     chip_other_key
//	one answer for each command, the last one protected, 9000  11-6.2.4     chip_answer
//	  with the MAC of the new session keys                     11-6.2.1     chip_mac
//
// 5652 is RFC 5652. Whether a signer is trusted is the caller's: package csca says it.
//
// # SHA-1
//
// Options.SHA1 accepts it for the digests of data groups, the security object and certificates. In active
// authentication and in the derivation of session keys it is always accepted: neither depends on collisions.
//
// # Not supported
//
// Security objects with several signers, which no state is known to issue; documents without their signer's
// certificate in EF.SOD; RSA with public exponents of more than 31 bits, which crypto/rsa refuses; SHA-3; compressed
// points, except for the base point of explicit parameters; RIPEMD in active authentication; pictures of ISO/IEC
// 39794-5; terminal authentication, so DG3 and DG4 are not for this package. Chip authentication mapping of PACE is
// part of the access, so it stays on the phone and proves nothing here.
package emrtd
