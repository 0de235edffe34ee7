// Package condition checks and evaluates the conditions of branch nodes,
// written in CEL. It does no input or output, reads no clock and calls nothing
// that does; but CEL is a foreign engine, whose upgrades may change an answer,
// so a durable workflow has an activity evaluate and records what came out.
//
// A condition reads
//
//	previous      {method, outcome, reason_codes, attempts}: the step before the branch
//	risk          {level, score, signals}
//	age_tier      such as "min_age_21"
//	jurisdiction  such as "US-CA"
//	metadata      what the merchant attached to the session, strings by key
//
// with the standard functions and macros of CEL, among them size(), in,
// startsWith(), matches(), has(), exists() and all().
//
// # A metadata key that is absent
//
// It equals nothing and is no error: the smallest true-or-false part of the
// condition that reads it is false, and != remains the opposite of ==. Where
// metadata has no tier,
//
//	metadata.tier == 'vip'             is false
//	metadata.tier != 'vip'             is true, as is !(metadata.tier == 'vip')
//	metadata.tier < 'm'                is false
//	metadata.tier in ['vip', 'gold']   is false
//	metadata.tier.startsWith('v')      is false
//	metadata.tier == metadata.other    is false
//	has(metadata.tier)                 is false
//	metadata.tier == 'vip' || risk.level == 'high'   is up to the risk
//
// So "everybody but the VIPs" can be written with !=, and nobody slips through
// it for want of a key.
package condition
