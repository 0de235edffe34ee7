package sdjwtvc

import (
	"crypto"
)

// holderOf checks the key binding JWT (RFC 9901, 7.3, step 5) and returns the thumbprint of the holder's key
// and the claims of the JWT. They are "" and nil if there is no key binding and the caller wants none.
func (p presentation) holderOf(o Options, by crypto.Hash) (string, map[string]any, error) {
	if p.keyBinding == "" {
		if o.WithoutKeyBinding {
			return "", nil, nil
		}
		return "", nil, fault(KeyBindingMissing)
	}
	key, thumbprint, err := confirmed(p.issuer.claims)
	if err != nil {
		return "", nil, err
	}
	t, err := readJWT(p.keyBinding, KeyBindingMalformed, KeyBindingMalformed, KeyBindingMalformed)
	if err != nil {
		return "", nil, err
	}
	switch {
	case t.text("typ") != "kb+jwt":
		return "", nil, fault(KeyBindingType)
	case t.critical():
		return "", nil, fault(KeyBindingCritical)
	case !supported(t.text("alg")), t.text("alg") != algorithmOf(key):
		return "", nil, fault(KeyBindingAlgorithm)
	case !t.verifies(key):
		return "", nil, fault(KeyBindingSignature)
	}
	if err := boundInTime(t.claims, o); err != nil {
		return "", nil, err
	}
	switch {
	case t.claims["nonce"] != o.Nonce:
		return "", nil, fault(NonceMismatch)
	case t.claims["aud"] != o.Audience:
		return "", nil, fault(AudienceMismatch)
	case t.claims["sd_hash"] != digest(by, p.bound):
		return "", nil, fault(SDHashMismatch)
	}
	return thumbprint, t.claims, nil
}

// confirmed returns the key that the issuer has bound the credential to (RFC 7800, 3.2).
func confirmed(claims map[string]any) (crypto.PublicKey, string, error) {
	confirmation, _ := claims["cnf"].(map[string]any)
	value, present := confirmation["jwk"].(map[string]any)
	if !present {
		return nil, "", fault(HolderKeyMissing)
	}
	key, thumbprint, ok := readKey(value)
	if !ok {
		return nil, "", fault(HolderKeyUnsupported)
	}
	return key, thumbprint, nil
}

// boundInTime checks iat, and exp and nbf where the holder has set them.
func boundInTime(claims map[string]any, o Options) error {
	issued, iatOK := timeOf(claims, "iat")
	expires, expOK := timeOf(claims, "exp")
	begins, nbfOK := timeOf(claims, "nbf")
	switch {
	case !iatOK, !expOK, !nbfOK, issued.IsZero():
		return fault(KeyBindingTime)
	case issued.After(o.Now.Add(o.Skew)):
		return fault(KeyBindingInFuture)
	case issued.Before(o.Now.Add(-o.keyBindingAge() - o.Skew)):
		return fault(KeyBindingTooOld)
	case !expires.IsZero() && !o.Now.Before(expires.Add(o.Skew)):
		return fault(KeyBindingExpired)
	case begins.After(o.Now.Add(o.Skew)):
		return fault(KeyBindingNotYetValid)
	default:
		return nil
	}
}
