// Package risk turns evidence about a user into a score with the signals behind it. The weights of the signals stand in
// a Book, which is read from a file. The package does no input or output, and its results hold no identifiers.
package risk
