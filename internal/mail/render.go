package mail

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"strings"
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
	catalogues = mustLoad()

	//go:embed mail.html
	page   string
	layout = template.Must(template.New("mail").Parse(page))

	hexColor    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
)

// mustLoad reads the catalogues, which are part of the binary.
func mustLoad() map[string]map[string]string {
	names, err := files.ReadDir("locales")
	if err != nil {
		panic(err)
	}
	loaded := map[string]map[string]string{}
	for _, name := range names {
		content, err := files.ReadFile(path.Join("locales", name.Name()))
		if err != nil {
			panic(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(content, &texts); err != nil {
			panic(fmt.Errorf("%s: %w", name.Name(), err))
		}
		loaded[strings.TrimSuffix(name.Name(), ".json")] = texts
	}
	return loaded
}

// Language returns the language of the catalogues for a tag: "de" for "de-AT", and "en" for a language without a
// catalogue.
func Language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if _, known := catalogues[base]; known {
		return base
	}
	return "en"
}

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
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(name string) string {
			name = strings.Trim(name, "{}")
			if name == "merchant" {
				return merchant
			}
			return l.Values[name]
		})
	}
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
		if placeholder.MatchString(key) {
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
