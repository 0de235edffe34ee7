// Package aamva reads the text of the PDF417 symbol on North American driver licences and identification cards: the
// AAMVA DL/ID Card Design Standard, versions 1 (2000) to 12, and the cards printed before it (version 0). It does no
// input or output, and another project can use it.
//
// Parse gives the fields that identify a person and a card. Addresses, physical descriptions, driving privileges and
// the subfiles of jurisdictions are not read.
//
// # Checks
//
// The symbol carries no signature: anybody can print one. Parse returns its statements, and cannot tell whether it is
// genuine.
//
//	part of annex D           rule                                                        code
//	header                    file type ANSI or AAMVA, issuer, version, designators       not_aamva
//	subfile designators       there is a DL, ID or EN subfile                             subfile_missing
//	mandatory data elements   family name, number, dates of birth and expiry are there    element_missing
//	data elements             an element that is read has one value                       element_repeated
//	character sets            no control characters in a value                            element_invalid
//	DBB, DBA, DBD, DDB        a date is a day of the calendar, from 1880 to 2150          date_invalid
//	DCG                       the country is that of the issuer                           country_mismatch
//	(limit of this package)   at most 8 KiB                                               too_large
//
// # Tolerated deviations
//
// Printers deviate in spelling, and such a deviation is a Note of the document instead of a fault:
//
//   - The compliance indicator, the separators of the header, or the space after ANSI are missing, doubled or replaced;
//     the file type is AAMVA, or in lower case.
//   - The header lacks the jurisdiction's version or the number of entries, or the issuer lacks its leading 6.
//   - Offsets and lengths of subfiles are wrong. Subfiles are found by their designators; a correct offset is used
//     where the terminator before the subfile is missing.
//   - Elements end with CR, CR LF, or several terminators; element identifiers are in lower case; values are padded.
//   - Dates are in the order of the other country, or have delimiters. MMDDCCYY and CCYYMMDD are never confused: no
//     month is above 12, and no year is below 1880.
//   - The version is above 12. Its elements are read as those of version 12.
package aamva
