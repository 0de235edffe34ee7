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

// PurposeCode is the purpose of a mail with a one-time code. Its values are code and minutes.
const PurposeCode = "code"

// paragraphs are the paragraphs of each purpose: keys of the catalogues without the purpose, or a placeholder that is
// shown alone and large.
var paragraphs = map[string][]string{
	PurposeCode: {"intro", "{code}", "expires", "warning"},
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
	Code bool
}

// Render returns the message of a letter, without its id and its recipient.
func Render(l Letter) (Message, error) {
	keys, known := paragraphs[l.Purpose]
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
	for _, key := range keys {
		if strings.HasPrefix(key, "{") {
			r.Paragraphs = append(r.Paragraphs, paragraph{Text: fill(key), Code: true})
		} else {
			r.Paragraphs = append(r.Paragraphs, paragraph{Text: text(l.Purpose + "." + key)})
		}
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
		plain = append(plain, p.Text)
	}
	plain = append(plain, "-- \n"+r.Footer)
	return Message{
		FromName: from, Subject: subject, Text: strings.Join(plain, "\n\n") + "\n", HTML: html.String(),
	}, nil
}
