package compliance

// AtLeastAsStrict reports whether compliance with r implies compliance with other: r is prohibited if other is,
// requires no lower age, allows no other methods, and permits no longer retention or validity.
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
		notLonger(r.BiometricRetentionDays, other.BiometricRetentionDays) &&
		(r.VerifiableConsent || !other.VerifiableConsent)
}

// notLonger compares days of retention; nil means erased at completion.
func notLonger(days, limit *int) bool {
	return days == nil || limit != nil && *days <= *limit
}
