package compliance

// AtLeastAsStrict reports whether whoever follows r breaks nothing that other asks: r is prohibited if other is, asks for
// no lower age, allows no method that other does not, and lets nothing be kept or relied on for longer.
func (r *Rule) AtLeastAsStrict(other *Rule) bool {
	switch {
	case other.Prohibited && !r.Prohibited, other.ConsentRequired && !r.ConsentRequired:
		return false
	case !r.RequiredAgeTier.Satisfies(other.RequiredAgeTier):
		return false
	case r.CredentialValidityDays > other.CredentialValidityDays:
		return false
	}
	for _, m := range r.AllowedMethods {
		if !other.Allows(m) {
			return false
		}
	}
	return notLonger(r.DataRetentionDays, other.DataRetentionDays) &&
		notLonger(r.DocumentImageRetentionDays, other.DocumentImageRetentionDays) &&
		notLonger(r.BiometricRetentionDays, other.BiometricRetentionDays)
}

// notLonger compares days of retention; nil is erased at completion.
func notLonger(days, limit *int) bool {
	return days == nil || limit != nil && *days <= *limit
}
