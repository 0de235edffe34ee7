package mail

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"strings"

	"github.com/stile-id/stile/internal/catalogue"
)

// Merchant is the organization in whose name a mail is sent.
type Merchant struct {
	// Name may be any text.
	Name string
	// Color is #rrggbb; anything else means the default.
	Color string
}

// Letter is a mail before it is rendered.
type Letter struct {
	// Purpose is a prefix of keys in the catalogues, such as PurposeCode.
	Purpose string
	// Locale is a BCP 47 tag. A language without a catalogue is rendered in English.
	Locale   string
	Merchant Merchant
	// Values are the values of the placeholders.
	Values map[string]string
}

// The purposes of mails.
const (
	// PurposeCode is the purpose of a mail with a one-time code. Its values are code and minutes.
	PurposeCode = "code"
	// PurposeGrant is the purpose of a mail about a verification that the merchant has used because the user shares it.
	// Its values are revoke and revoke_all, the addresses of links.
	PurposeGrant = "grant"
	// PurposeGuardian asks a parent or guardian for consent, and PurposeGuardianReminder asks again. Their values are
	// decide and withdraw, the addresses of links.
	PurposeGuardian         = "guardian"
	PurposeGuardianReminder = "guardian_reminder"
	// PurposeGuardianThanks confirms a consent. Its value is withdraw, the address of a link.
	PurposeGuardianThanks = "guardian_thanks"
)

// part is a paragraph of a purpose: the text of a key, or a code.
type part struct {
	// key is a key of the catalogues, without the purpose.
	key string
	// link is the value that is the address of a link with the text; "" means that the text is no link.
	link string
	// code is the value that is shown alone and large, instead of a text.
	code string
}

// paragraphs are the paragraphs of each purpose.
var paragraphs = map[string][]part{
	PurposeCode: {{key: "intro"}, {code: "code"}, {key: "expires"}, {key: "warning"}},
	PurposeGrant: {
		{key: "intro"}, {key: "unexpected"}, {key: "revoke", link: "revoke"},
		{key: "all"}, {key: "revoke_all", link: "revoke_all"}, {key: "once"},
	},
	PurposeGuardian:         guardianParts,
	PurposeGuardianReminder: guardianParts,
	PurposeGuardianThanks:   {{key: "intro"}, {key: "withdraw", link: "withdraw"}},
}

var guardianParts = []part{
	{key: "intro"}, {key: "decide", link: "decide"}, {key: "later"}, {key: "withdraw", link: "withdraw"}, {key: "ignore"},
}

const defaultColor = "#1f2937"

var (
	//go:embed locales/*.json
	files      embed.FS
	catalogues = catalogue.MustLoad(files, "locales")

	//go:embed mail.html
	page   string
	layout = template.Must(template.New("mail").Parse(page))

	hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// Language returns the language of the catalogues for a tag: "de" for "de-AT", and "en" for a language without a
// catalogue.
func Language(tag string) string { return catalogues.Language(tag) }

// rendered are the fields of mail.html.
type rendered struct {
	Locale, Direction, Merchant, Color, Title, Footer string
	Paragraphs                                        []paragraph
}

type paragraph struct {
	Text string
	// Link is the address of a link with the text; "" if there is none.
	Link string
	// Code means that the text is shown large.
	Code bool
}

// Render returns the message of a letter, without its id and its recipient.
func Render(l Letter) (Message, error) {
	parts, known := paragraphs[l.Purpose]
	if !known {
		return Message{}, fmt.Errorf("mail: unknown purpose %q", l.Purpose)
	}
	language := Language(l.Locale)
	merchant := oneLine(l.Merchant.Name)
	values := maps.Clone(l.Values)
	if values == nil {
		values = map[string]string{}
	}
	values["merchant"] = merchant
	fill := func(text string) string { return catalogue.Fill(text, values) }
	text := func(key string) string { return fill(catalogues[language][key]) }
	r := rendered{
		Locale: language, Direction: "ltr", Merchant: merchant, Color: defaultColor,
		Title: text(l.Purpose + ".title"), Footer: text("footer"),
	}
	if language == "ar" {
		r.Direction = "rtl"
	}
	if hexColor.MatchString(l.Merchant.Color) {
		r.Color = l.Merchant.Color
	}
	for _, p := range parts {
		if p.code != "" {
			r.Paragraphs = append(r.Paragraphs, paragraph{Text: l.Values[p.code], Code: true})
			continue
		}
		r.Paragraphs = append(r.Paragraphs, paragraph{Text: text(l.Purpose + "." + p.key), Link: l.Values[p.link]})
	}
	return r.message(merchant, text(l.Purpose+".subject"))
}

func (r rendered) message(from, subject string) (Message, error) {
	var html bytes.Buffer
	if err := layout.Execute(&html, r); err != nil {
		return Message{}, fmt.Errorf("mail: render: %w", err)
	}
	plain := make([]string, 0, len(r.Paragraphs)+2)
	plain = append(plain, r.Title)
	for _, p := range r.Paragraphs {
		plain = append(plain, strings.TrimSpace(p.Text+"\n"+p.Link))
	}
	plain = append(plain, "-- \n"+r.Footer)
	return Message{
		FromName: from, Subject: subject, Text: strings.Join(plain, "\n\n") + "\n", HTML: html.String(),
	}, nil
}
