// Package mrz reads and writes the text of machine-readable zones of travel documents as ICAO Doc 9303 (eighth edition)
// defines them: TD1 and TD2 cards, TD3 passports, and MRV-A and MRV-B visas. It opens no connection, reads no file,
// keeps no state, and imports no other package of Stile.
//
// Parse splits the lines of a zone into fields and computes its check digits:
//
//	zone, err := mrz.Parse(
//		"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
//		"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
//	)
//	if err != nil { … } // not the form of a zone
//	if !zone.Consistent() { … } // a check digit is wrong; zone.Digits says which
//
// ParseText does so for a zone in one string, as data group 1 of a chip has it.
//
// # What can be trusted
//
// A check digit finds misread characters; it proves nothing about the document, because whoever prints a zone can
// compute it. Check digits cover only some of the fields, see Format.Covers: a name, a sex, a nationality or an issuer
// is never covered. Zone.Trusted reports whether a field is covered and all check digits of the zone are right.
//
// # Dates
//
// A zone has years of two digits. Date.Birth and Date.Expiry resolve them against a reference date of the caller.
//
// # Codes of states
//
// A zone names states by codes of three letters: those of ISO 3166-1 and those that section 5 of part 3 adds (D, GBD,
// EUE, UNO, XXA, …). StateOf explains a code.
//
// # Names
//
// Transliterate writes a name with the letters of a zone (part 3, section 6: Latin and Cyrillic; the Arabic scheme is
// not implemented). SameName compares a printed name with the name of a zone, and allows for the spellings that states
// may choose and for truncation.
package mrz
