package contact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/contact"
)

func TestAnEmailAddressHasOneForm(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"ada@example.com": {"ada@example.com", "ADA@Example.COM", "  Ada@EXAMPLE.com\r\n"},
		"ada@xn--exmple-cua.com": {
			"ada@exämple.com", "ada@xn--exmple-cua.com", "Ada@EXÄMPLE.COM", "ada@XN--EXMPLE-CUA.com",
			"ada@exa\u0308mple.com",
		},
		"rené@example.com":                {"rené@example.com", "rene\u0301@example.com", "REN\u00e9@example.com"},
		"a@xn--strae-oqa.de":              {"a@straße.de", "a@STRAẞE.de", "a@xn--strae-oqa.de"}, // and never strasse.de
		"a@strasse.de":                    {"a@strasse.de", "a@STRASSE.DE"},
		"o'neil+tag/x=y@example.com":      {"O'Neil+tag/x=y@example.com"},
		"a.b.c@mail.example.co.uk":        {"A.b.C@MAIL.example.co.uk"},
		"用户@xn--fsqu00a.xn--0zwm56d":      {"用户@例子.测试"},
		"root@localhost":                  {"root@localhost"},
		"a@r3---x.example":                {"a@R3---x.example"},
		"a@3com.com":                      {"a@3com.com"},
		strings.Repeat("x", 64) + "@a.de": {strings.Repeat("X", 64) + "@a.de"},
	} {
		for _, spelling := range spellings {
			got, err := contact.Email(spelling)
			require.NoError(t, err, "%+q", spelling)
			require.Equal(t, want, got, "%+q", spelling)
		}
	}
}

// An address that only looks the same belongs to another person or is not valid.
func TestOnlyTheLettersAToZAreFolded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, ascii string }{
		{"\u0130ada@example.com", "iada@example.com"}, // dotted capital I
		{"\u0131da@example.com", "ida@example.com"},   // dotless small i
		{"\u017fam@example.com", "sam@example.com"},   // long s
		{"\u0410da@example.com", "ada@example.com"},   // Cyrillic A
		{"É@example.com", "é@example.com"},
		{"ada@\u0130zmir.com", "ada@izmir.com"},
		{"ada@\u0430pple.com", "ada@apple.com"},
	} {
		got, err := contact.Email(c.address)
		require.NoError(t, err, "%+q", c.address)
		other, err := contact.Email(c.ascii)
		require.NoError(t, err)
		require.NotEqual(t, other, got, "%+q", c.address)
	}
}

func TestMalformedEmailAddressIsRefused(t *testing.T) {
	t.Parallel()
	for want, addresses := range map[error][]string{
		contact.ErrLookalike: {
			"\u212Aate@example.com", "ada@\u212Aelvin.com", // Kelvin sign, which NFC turns into K
			"ada\u037Eb@example.com", "ada@ｅxample.com", "ada@ﬁn.com", "ada@\u017fhop.com", "ada@ex¹.com",
		},
		contact.ErrForm: {"", " ", "ada", "ada.example.com", "ada＠example.com", "a\xff@example.com"},
		contact.ErrLocal: {
			"@example.com", ".ada@example.com", "ada.@example.com", "a..b@example.com", "a b@example.com", "a@b@example.com",
			`"ada"@example.com`, `"a b"@example.com`, "Ada <ada@example.com", "a(b)@example.com", "a\u00a0b@example.com",
			"a\u200bb@example.com", "a\u202eb@example.com", "a\x00@example.com", "a,b@example.com", "mailto:ada@example.com",
		},
		contact.ErrDomain: {
			"ada@", "ada@example.com.", "ada@.example.com", "ada@example..com", "ada@-example.com", "ada@example-.com",
			"ada@exa_mple.com",
			"ada@[192.0.2.1]", "ada@[IPv6:2001:db8::1]", "ada@192.0.2.1", "ada@example.com>", "ada@exam ple.com",
			"ada@xn--a.com",
			"ada@xn--0000h.com", "ada@exa\u200dmple.com", "ada@" + strings.Repeat("a", 64) + ".com",
			"ada@" + strings.Repeat("a.", 127) + "com",
			"ada@אa.com", "ada@example.com:25", "ada@example.com/x", "ada@\u0301example.com",
		},
		contact.ErrTooLong: {
			strings.Repeat("x", 65) + "@a.de", strings.Repeat("é", 33) + "@a.de", strings.Repeat("x", 2000) + "@a.de",
			strings.Repeat("x", 64) + "@" + strings.Repeat(strings.Repeat("a", 60)+".", 3) + "example",
		},
	} {
		for _, address := range addresses {
			got, err := contact.Email(address)
			require.ErrorIs(t, err, want, "%+q gave %q", address, got)
		}
	}
}

// FuzzEmail checks that a canonical address stays the same when it is parsed again, and that none of its ASCII letters
// was another character in the input.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"Ada@Example.com", "a@exämple.com", "\u212A@\u212A.com", "İ@İ.com", "a@STRAẞE.de"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := contact.Email(text)
		if err != nil {
			return
		}
		second, err := contact.Email(first)
		if err != nil || second != first {
			t.Fatalf("%q became %q and then %q, %v", text, first, second, err)
		}
		if len(first) > 254 || !utf8.ValidString(first) || strings.ContainsAny(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ \t\r\n") {
			t.Fatalf("%q became %q", text, first)
		}
	})
}
