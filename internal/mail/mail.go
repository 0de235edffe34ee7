// Package mail renders the mails that Stile sends to users, and sends them over SMTP. Inbox keeps them in memory
// instead, for development.
package mail

import (
	"context"
	"fmt"
	"strings"
	"unicode"
)

// Message is a rendered mail to one recipient.
type Message struct {
	// ID is the same for every attempt to send the message, so that mail programs recognize a repeated one.
	ID string
	// To is an e-mail address without a name.
	To string
	// FromName is the sender's name. It may be any text.
	FromName string
	Subject  string
	Text     string
	HTML     string
}

// Sender sends messages. It is safe for concurrent use. After a RefusedError the same message will be refused again;
// after any other error it may be sent later. No error holds an address or a part of the message.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// RefusedError says that the server refuses the message for good.
type RefusedError struct {
	// Step is the refused step of SMTP: sender, recipient or content.
	Step string
	// Code is the reply code of SMTP, from 500 to 599; 0 if Stile itself refused the address.
	Code int
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the mail server refused the %s for good, with code %d", e.Step, e.Code)
}

// longestName is the longest name in a header, in characters.
const longestName = 80

// oneLine returns text for a header or a title: without control characters and marks of direction, on one line, and at
// most longestName characters long.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		default:
			return r
		}
	}, text)
	characters := []rune(strings.Join(strings.Fields(text), " "))
	if len(characters) > longestName {
		characters = append(characters[:longestName-1], '…')
	}
	return string(characters)
}
