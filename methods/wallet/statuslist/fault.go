package statuslist

// Code names the check that refused a status list token. Codes are stable: callers may compare and store them.
type Code string

// The codes of this package. The table in the package documentation says which check each of them belongs to.
const (
	TooLarge             Code = "too_large"
	Malformed            Code = "malformed"
	TypeUnsupported      Code = "type_unsupported"
	CriticalHeader       Code = "critical_header"
	AlgorithmUnsupported Code = "algorithm_unsupported"
	ChainMalformed       Code = "chain_malformed"
	Signature            Code = "signature"
	SubjectMismatch      Code = "subject_mismatch"
	TimeMalformed        Code = "time_malformed"
	IssuedInFuture       Code = "issued_in_future"
	Expired              Code = "expired"
	NotYetValid          Code = "not_yet_valid"
	TTLMalformed         Code = "ttl_malformed"
	Stale                Code = "stale"
	ListMalformed        Code = "list_malformed"
	BitsUnsupported      Code = "bits_unsupported"
	CompressionMalformed Code = "compression_malformed"
	InflatedTooLarge     Code = "inflated_too_large"
	IndexOutOfRange      Code = "index_out_of_range"
)

// clauses holds the clause that each check comes from: of Token Status List where no other document is named.
var clauses = map[Code]string{
	TooLarge:             "limit of this package",
	Malformed:            "RFC 7519, 7.2; 5.2",
	TypeUnsupported:      "5.1; 5.2",
	CriticalHeader:       "RFC 7515, 4.1.11; RFC 9052, 3.1",
	AlgorithmUnsupported: "5.1; 5.2",
	ChainMalformed:       "RFC 7515, 4.1.6; RFC 9360, 2",
	Signature:            "5.1; 5.2",
	SubjectMismatch:      "8.3, step 4a",
	TimeMalformed:        "5.1; 5.2",
	IssuedInFuture:       "8.3, step 4b",
	Expired:              "8.3, step 4c",
	NotYetValid:          "RFC 7519, 4.1.5; RFC 8392, 3.1.5",
	TTLMalformed:         "5.1; 5.2",
	Stale:                "8.3, step 4d",
	ListMalformed:        "4.2; 4.3",
	BitsUnsupported:      "4.2; 4.3",
	CompressionMalformed: "8.3, step 5",
	InflatedTooLarge:     "limit of this package",
	IndexOutOfRange:      "8.3, step 6",
}

// Fault is the refusal of a status list token. It holds no value of the token, so it may be logged.
type Fault struct {
	Code   Code
	Clause string
}

// Error returns code and clause.
func (f *Fault) Error() string { return "statuslist: " + string(f.Code) + " (" + f.Clause + ")" }

// Is reports whether target is a Fault with the same code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

func fault(code Code) error { return &Fault{Code: code, Clause: clauses[code]} }
