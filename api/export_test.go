package api

// Transient shows the tests what counts as an outage without asking the database.
func Transient(err error) bool { return brokenConnection(err) || busyDatabase(err) }
