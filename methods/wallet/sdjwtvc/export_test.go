package sdjwtvc

import (
	"context"
	"maps"
	"slices"
)

// Names is names, for tests.
var Names = names

// Codes returns all codes.
func Codes() []Code { return slices.Sorted(maps.Keys(clauses)) }

// VerifySDJWT verifies the SD-JWT of RFC 9901, section 5.2, which is of another media type and has no vct.
func VerifySDJWT(ctx context.Context, text string, o Options) (*VC, error) {
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	issuer, err := nameOf(p.issuer)
	if err != nil {
		return nil, err
	}
	if err := p.signedBy(ctx, issuer, o); err != nil {
		return nil, err
	}
	return p.open(issuer, o)
}
