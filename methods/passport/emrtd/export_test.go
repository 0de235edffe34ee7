package emrtd

// Clauses are the clauses of all codes.
var Clauses = clauses

// DeriveTripleDES derives the session keys of 3DES.
func DeriveTripleDES(secret []byte) (encryption, mac []byte) {
	return tripleDES.derive(secret, deriveEncryption), tripleDES.derive(secret, deriveMAC)
}

// TripleDESMessaging returns a session with keys and a counter.
func TripleDESMessaging(encryption, mac, counter []byte) *Messaging {
	return &Messaging{kind: tripleDES, encryption: encryption, mac: mac, counter: counter}
}

// ParseGroups reads a file as each of the data groups.
func ParseGroups(file []byte) {
	_, _ = parseDG1(file)
	_, _ = parseDG2(file)
	_, _ = parseDG14(file)
	_, _ = parseDG15(file)
}
