package sessions

// CompanyOf is the company that a handoff names.
var CompanyOf = companyOf
