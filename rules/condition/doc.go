// Package condition checks and evaluates the conditions of branch nodes, written in CEL. It does no input or output and
// reads no clock. An upgrade of the CEL library may change the result of a condition, so a workflow evaluates
// conditions in an activity, which records the result in the history.
//
// A condition reads
//
//	previous      {method, outcome, reason_codes, attempts}: the step before the branch
//	risk          {level, score, signals}
//	age_tier      such as "min_age_21"
//	jurisdiction  such as "US-CA"
//	metadata      the merchant's metadata of the session, strings by key
//
// with the standard functions and macros of CEL, among them size(), in, startsWith(), matches(), has(), exists() and
// all().
//
// # A metadata key that is absent
//
// An absent key is not an error. The smallest boolean part of the condition that reads it is false, and != remains the
// opposite of ==. If metadata has no key "tier",
//
//	metadata.tier == 'vip'             is false
//	metadata.tier != 'vip'             is true, as is !(metadata.tier == 'vip')
//	metadata.tier < 'm'                is false
//	metadata.tier in ['vip', 'gold']   is false
//	metadata.tier.startsWith('v')      is false
//	metadata.tier == metadata.other    is false
//	has(metadata.tier)                 is false
//	metadata.tier == 'vip' || risk.level == 'high'   is true if the risk is high
//
// A merchant can therefore write "everybody but the VIPs" with !=, and a session without the key is not exempt.
package condition
