// Package models holds the types of the domain, what they look like outside, and the errors that reach a client.
package models
