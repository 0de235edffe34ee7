package sessions

// CompanyOf is the company that a handoff names, and Again the retry of use cases.
var (
	CompanyOf = companyOf
	Again     = again
)
