// Package models holds the domain types, their public JSON forms, and the errors that reach a client.
package models
