package compliance_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/data"
)

// head is the beginning of an entry of the given day.
func head(from string) string {
	return "{effective_from: " + from + ", rule_version: 2026-01-01, source: [Act of " + from + "]"
}

// minimal is a complete _default: every use case from 18, cannabis prohibited.
func minimal() string {
	var text strings.Builder
	text.WriteString("jurisdiction: _default\nname: Everywhere\ncommon:\n  - " + head("1970-01-01") +
		", mdl_acceptance_status: supplementary, consent_required: false, credential_validity_days: 365}\nrules:\n")
	for _, u := range rules.UseCases() {
		text.WriteString("  " + string(u) + ":\n    - " + head("1970-01-01") +
			", required_age_tier: min_age_18, allowed_methods: [mdl, document_capture], governing_regulator: Somebody")
		if strings.HasPrefix(string(u), "cannabis") {
			text.WriteString(", prohibited: true, prohibited_reason: Everywhere a crime.")
		}
		text.WriteString("}\n")
	}
	return text.String()
}

// folder is a valid folder with some files replaced or added; an empty text removes a file.
func folder(changes map[string]string) fs.FS {
	files := map[string]string{
		"_default.yaml": minimal(),
		"US.yaml":       "jurisdiction: US\nname: United States\nsubdivisions: listed\nrules: {}\n",
		"US-CA.yaml":    "jurisdiction: US-CA\nname: California\nrules: {}\n",
		"DE.yaml":       "jurisdiction: DE\nname: Germany\ninherits: _eu\nrules: {}\n",
		"_eu.yaml":      "jurisdiction: _eu\nname: European Union\nrules: {}\n",
	}
	for name, text := range changes {
		files[name] = text
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fsys
}

// germany is DE.yaml with these entries for tobacco, each without its closing brace.
func germany(entries ...string) map[string]string {
	return map[string]string{"DE.yaml": file("DE", "rules: {tobacco_nicotine: ["+strings.Join(entries, "}, ")+"}]}")}
}

// file is a file of a jurisdiction with these lines.
func file(code string, lines ...string) string {
	return "jurisdiction: " + code + "\nname: Somewhere\n" + strings.Join(lines, "\n") + "\n"
}

func TestLoad(t *testing.T) {
	t.Parallel()
	b, err := compliance.Load(folder(nil))
	require.NoError(t, err)
	require.Equal(t, jurisdictions("DE US US-CA"), b.Jurisdictions(), "templates are no jurisdictions")
	require.True(t, resolve(t, b, "cannabis_delivery", "US-CA", today).Prohibited)
	require.Equal(t, rules.Jurisdiction("DE"), resolve(t, b, "firearms", "DE-BY", today).Jurisdiction)
}

func TestFaultsNameFileAndField(t *testing.T) {
	t.Parallel()
	const always = ", required_age_tier: min_age_18"
	cases := []struct {
		why     string
		changes map[string]string
		file    string
		field   string
		message string
	}{
		{"not YAML", map[string]string{"DE.yaml": "rules: ["}, "DE.yaml", "", "line 1"},
		{"empty", map[string]string{"DE.yaml": "# nothing"}, "DE.yaml", "", "is empty"},
		{"a list", map[string]string{"DE.yaml": "- a"}, "DE.yaml", "", "want object"},
		{
			"two documents",
			map[string]string{"DE.yaml": file("DE", "rules: {}", "---", "a: b")},
			"DE.yaml",
			"",
			"more than one document",
		},
		{"a key twice", map[string]string{"DE.yaml": file("DE", "rules: {}", "rules: {}")}, "DE.yaml", "", "already defined"},
		{
			"an anchor",
			map[string]string{"DE.yaml": file("DE", "rules: &a {}")},
			"DE.yaml",
			"",
			"line 3: anchors are not allowed",
		},
		{
			"a float",
			germany(head("2020-01-01") + ", credential_validity_days: .inf"),
			"DE.yaml",
			"",
			"!!float is not allowed",
		},
		{
			"a name that is no text",
			map[string]string{"DE.yaml": file("DE", "1: 2", "rules: {}")},
			"DE.yaml",
			"",
			"a name must be text",
		},

		{"no rules", map[string]string{"DE.yaml": file("DE")}, "DE.yaml", "", "missing property 'rules'"},
		{
			"unknown field",
			germany(head("2020-01-01") + ", age: 18"),
			"DE.yaml",
			"rules.tobacco_nicotine[0]",
			"'age' not allowed",
		},
		{
			"unknown use case",
			map[string]string{"DE.yaml": file("DE", "rules: {fireworks: []}")},
			"DE.yaml",
			"rules",
			"'fireworks' not allowed",
		},
		{
			"unknown tier",
			germany(head("2020-01-01") + ", required_age_tier: min_age_17"),
			"DE.yaml",
			"rules.tobacco_nicotine[0].required_age_tier",
			"value must be one of",
		},
		{
			"unknown method",
			germany(head("2020-01-01") + ", allowed_methods: [mdl, tarot]"),
			"DE.yaml",
			"rules.tobacco_nicotine[0].allowed_methods[1]",
			"value must be one of",
		},
		{
			"a day that never was",
			germany(head("2026-02-30") + always),
			"DE.yaml",
			"rules.tobacco_nicotine[0].effective_from",
			"not valid date",
		},
		{
			"a time",
			germany(head("2026-02-03T00:00:00Z") + always),
			"DE.yaml",
			"rules.tobacco_nicotine[0].effective_from",
			"not valid date",
		},
		{
			"no source",
			germany("{effective_from: 2020-01-01, rule_version: 2026-01-01"),
			"DE.yaml",
			"rules.tobacco_nicotine[0]",
			"missing property 'source'",
		},
		{
			"prohibited without a reason",
			germany(head("2020-01-01") + ", prohibited: true"),
			"DE.yaml",
			"rules.tobacco_nicotine[0]",
			"missing property 'prohibited_reason'",
		},
		{
			"lifted without a reason",
			germany(head("2020-01-01") + ", prohibited: false"),
			"DE.yaml",
			"rules.tobacco_nicotine[0]",
			"missing property 'lifts_prohibition'",
		},
		{
			"a reason without a prohibition",
			germany(head("2020-01-01") + ", prohibited_reason: No."),
			"DE.yaml",
			"rules.tobacco_nicotine[0]",
			"missing property 'prohibited'",
		},

		{
			"another name",
			map[string]string{"FR.yaml": file("DE", "rules: {}")},
			"FR.yaml",
			"jurisdiction",
			"is DE, and the file is named otherwise",
		},
		{
			"no such country",
			map[string]string{"UK.yaml": file("UK", "rules: {}")},
			"UK.yaml",
			"jurisdiction",
			"there is no country UK",
		},
		{
			"an unknown parent",
			map[string]string{"FR.yaml": file("FR", "inherits: _fr", "rules: {}")},
			"FR.yaml",
			"inherits",
			"there is no _fr.yaml",
		},
		{
			"a subdivision without its country",
			map[string]string{"CA-ON.yaml": file("CA-ON", "rules: {}")},
			"CA-ON.yaml",
			"inherits",
			"there is no CA.yaml",
		},
		{"no _default", map[string]string{"_default.yaml": ""}, "US.yaml", "inherits", "there is no _default.yaml"},
		{
			"a subdivision past its country",
			map[string]string{"US-CA.yaml": file("US-CA", "inherits: _eu", "rules: {}")},
			"US-CA.yaml",
			"inherits",
			"a subdivision inherits its country",
		},
		{
			"a circle",
			map[string]string{
				"_eu.yaml": file("_eu", "inherits: _ez", "rules: {}"),
				"_ez.yaml": file("_ez", "inherits: _eu", "rules: {}"),
			},
			"_ez.yaml",
			"inherits",
			"_ez inherits itself",
		},
		{
			"itself",
			map[string]string{"_eu.yaml": file("_eu", "inherits: _eu", "rules: {}")},
			"_eu.yaml",
			"inherits",
			"_eu inherits itself",
		},
		{
			"_default inherits",
			map[string]string{"_default.yaml": minimal() + "inherits: _eu\n"},
			"_default.yaml",
			"inherits",
			"_default inherits nothing",
		},
		{
			"subdivisions of a subdivision",
			map[string]string{"US-CA.yaml": file("US-CA", "subdivisions: listed", "rules: {}")},
			"US-CA.yaml",
			"subdivisions",
			"only a country has subdivisions",
		},

		{
			"disorder",
			germany(head("2020-01-01")+always, head("2019-01-01")+always),
			"DE.yaml",
			"rules.tobacco_nicotine[1].effective_from",
			"2019-01-01 is not after 2020-01-01",
		},
		{
			"a day twice",
			germany(head("2020-01-01")+always, head("2020-01-01")+always),
			"DE.yaml",
			"rules.tobacco_nicotine[1].effective_from",
			"2020-01-01 is not after 2020-01-01",
		},
		{
			"disorder in common",
			map[string]string{"DE.yaml": file("DE", "rules: {}", "common: ["+head("2020-01-01")+"}, "+head("2000-01-01")+"}]")},
			"DE.yaml",
			"common[1].effective_from",
			"2000-01-01 is not after",
		},

		{
			"nothing to lift", germany(head("2020-01-01") + ", prohibited: false, lifts_prohibition: Act."),
			"DE.yaml", "rules.tobacco_nicotine[0].prohibited", "no inherited entry prohibits it",
		},
		{
			"nothing to lift any more",
			map[string]string{
				"_eu.yaml": file("_eu", "rules: {firearms: ["+head("2000-01-01")+", prohibited: true, prohibited_reason: No.}, "+
					head("2010-01-01")+", prohibited: false, lifts_prohibition: Act.}]}"),
				"DE.yaml": file(
					"DE",
					"inherits: _eu",
					"rules: {firearms: ["+head("2010-01-01")+", prohibited: false, lifts_prohibition: Act.}]}",
				),
			},
			"DE.yaml",
			"rules.firearms[0].prohibited",
			"no inherited entry prohibits it",
		},
		{
			"nothing to lift yet",
			map[string]string{
				"_eu.yaml": file("_eu", "rules: {firearms: ["+head("2010-01-01")+", prohibited: true, prohibited_reason: No.}]}"),
				"DE.yaml": file(
					"DE",
					"inherits: _eu",
					"rules: {firearms: ["+head("2000-01-01")+", prohibited: false, lifts_prohibition: Act.}, "+
						head("2010-01-01")+", prohibited: false, lifts_prohibition: Act.}]}",
				),
			},
			"DE.yaml",
			"rules.firearms[0].prohibited",
			"no inherited entry prohibits it",
		},
		{
			"a prohibition that the next entry forgets",
			germany(head("2020-01-01")+", prohibited: true, prohibited_reason: No.", head("2021-01-01")+always),
			"DE.yaml",
			"rules.tobacco_nicotine[1].prohibited",
			"the entry before prohibits",
		},

		{
			"a field without a value",
			map[string]string{"_default.yaml": strings.Replace(minimal(), ", consent_required: false", "", 1)},
			"DE.yaml",
			"rules.alcohol_delivery.consent_required",
			"neither the file nor the files that it inherits set it on 2000-01-01",
		},
		{
			"a field that is said too late",
			map[string]string{
				"_default.yaml": strings.ReplaceAll(minimal(), "1970-01-01", "2001-01-01"),
				"US.yaml":       file("US", "common: ["+head("1999-01-01")+"}]", "rules: {}"),
			},
			"US.yaml",
			"rules.firearms.required_age_tier",
			"neither the file nor the files that it inherits set it on 2000-01-01",
		},
		{
			"a use case without an entry",
			map[string]string{"_default.yaml": strings.Replace(minimal(), "  firearms:\n", "  #", 1)},
			"DE.yaml",
			"rules.firearms.allowed_methods",
			"neither the file",
		},
		{
			"mdl alone where it is not recognized",
			germany(head("2020-01-01") + ", mdl_acceptance_status: not_recognized, allowed_methods: [mdl]"),
			"DE.yaml",
			"rules.tobacco_nicotine.allowed_methods",
			"no method is left on 2020-01-01",
		},
		{"a broken schema", map[string]string{"schema.json": "{"}, "schema.json", "", "EOF"},
		{
			"a schema that asks elsewhere",
			map[string]string{"schema.json": `{"$ref": "https://example.com/schema.json"}`},
			"schema.json",
			"",
			"may not refer to other files",
		},
		{
			"a stricter schema",
			map[string]string{"schema.json": `{"required": ["note"]}`},
			"DE.yaml",
			"",
			"missing property 'note'",
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			book, err := compliance.Load(folder(c.changes))
			require.Nil(t, book)
			require.Error(t, err)
			found := slices.ContainsFunc(faultsOf(err), func(f *compliance.Fault) bool {
				return f.File == c.file && f.Field == c.field && strings.Contains(f.Message, c.message)
			})
			require.True(t, found, "%v", err)
			require.Contains(t, err.Error(), c.file+": ")
		})
	}
}

// TestRulesBeginOnTheFirstCompleteDay checks days before 2000, on which a required field may be missing.
func TestRulesBeginOnTheFirstCompleteDay(t *testing.T) {
	t.Parallel()
	german := file("DE", "rules: {firearms: ["+head("1960-01-01")+"}]}")
	cases := []struct {
		why, defaults, first string
	}{
		{"the last day on which they may", strings.ReplaceAll(minimal(), "1970-01-01", "2000-01-01"), "2000-01-01"},
		{"earlier", minimal(), "1970-01-01"},
		{
			"after the last gap",
			strings.Replace(
				strings.Replace(minimal(), "1970", "1950", 1),
				"  firearms:\n",
				"  firearms:\n    - "+head("1950-01-01")+
					", required_age_tier: min_age_21, allowed_methods: [document_capture], governing_regulator: Nobody}\n    - "+
					head("1965-01-01")+", required_age_tier: min_age_21}\n",
				1,
			),
			"1970-01-01",
		},
	}
	for _, c := range cases {
		b, err := compliance.Load(folder(map[string]string{"_default.yaml": c.defaults, "DE.yaml": german}))
		require.NoError(t, err, c.why)
		for _, on := range []string{"1955-01-01", "1961-01-01", "1966-01-01"} {
			_, err = b.Resolve("firearms", "DE", day(t, on))
			var early *compliance.TooEarlyError
			require.ErrorAs(t, err, &early, c.why)
			require.Equal(t, compliance.TooEarlyError{Day: day(t, on), First: day(t, c.first)}, *early, c.why)
		}
		require.Equal(t, rules.AgeTier("min_age_18"), resolve(t, b, "firearms", "DE", c.first).RequiredAgeTier, c.why)
	}
}

// faultsOf returns the faults that an error of Load joins.
func faultsOf(err error) []*compliance.Fault {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	var faults []*compliance.Fault
	for _, err := range all {
		var fault *compliance.Fault
		if errors.As(err, &fault) {
			faults = append(faults, fault)
		}
	}
	return faults
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := compliance.Load(folder(map[string]string{
		"US.yaml": file("US", "rules: {fireworks: [], 1: 2}"),
		"FR.yaml": file("FR", "inherits: _fr", "rules: {}"),
		"DE.yaml": file("DE", "colour: red", "rules: {firearms: []}"),
	}))
	var seen []string
	for _, fault := range faultsOf(err) {
		seen = append(seen, fault.File+" "+fault.Field)
	}
	require.ElementsMatch(t, []string{"US.yaml ", "FR.yaml inherits", "DE.yaml ", "DE.yaml rules.firearms"}, seen,
		"and none of US-CA, which is not at fault")
}

func TestLoadRefusesAFolderWithoutJurisdictions(t *testing.T) {
	t.Parallel()
	for _, fsys := range []fs.FS{fstest.MapFS{}, fstest.MapFS{"_default.yaml": {Data: []byte(minimal())}}} {
		book, err := compliance.Load(fsys)
		require.Nil(t, book)
		require.ErrorContains(t, err, "there is no *.yaml of a jurisdiction")
	}
}

// TestSchemaListsTheValuesOfRules compares the schema's lists with those of package rules.
func TestSchemaListsTheValuesOfRules(t *testing.T) {
	t.Parallel()
	text, err := data.FS.ReadFile("schema.json")
	require.NoError(t, err)
	var schema struct {
		Properties struct {
			Rules struct {
				PatternProperties map[string]any `json:"patternProperties"`
			} `json:"rules"`
		} `json:"properties"`
		Defs struct {
			Methods struct {
				Items struct {
					Enum []rules.Method `json:"enum"`
				} `json:"items"`
			} `json:"allowed_methods"`
			Rule struct {
				Properties struct {
					Tier struct {
						Enum []rules.AgeTier `json:"enum"`
					} `json:"required_age_tier"`
				} `json:"properties"`
			} `json:"rule"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &schema))
	require.Equal(t, rules.AgeTiers(), schema.Defs.Rule.Properties.Tier.Enum)

	provesAge := slices.DeleteFunc(rules.Methods(), func(m rules.Method) bool {
		return m == rules.MethodSelfieLiveness || m == rules.MethodSelfieMatch
	})
	require.ElementsMatch(t, provesAge, schema.Defs.Methods.Items.Enum)

	var names []string
	for _, u := range rules.UseCases() {
		names = append(names, string(u))
	}
	require.Contains(t, schema.Properties.Rules.PatternProperties, "^("+strings.Join(names, "|")+")$")
}

// FuzzLoad searches for a file on which Load panics, or that Load accepts although a required field is missing.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"US.yaml", "AU.yaml", "_default.yaml"} {
		text, err := data.FS.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Add(germany(head("2020-01-01") + ", required_age_tier: min_age_21")["DE.yaml"])
	f.Add("a: &a [*a]")
	f.Add("jurisdiction: DE\nname: !!binary aGk=\nrules: {<<: {}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // folder would omit the file
		}
		book, err := compliance.Load(folder(map[string]string{"DE.yaml": text}))
		if err != nil {
			require.Nil(t, book)
			require.NotEmpty(t, faultsOf(err))
			return
		}
		for _, u := range rules.UseCases() {
			requireWhole(t, resolve(t, book, u, "DE", "2000-01-01"))
			requireWhole(t, resolve(t, book, u, "DE", "9999-12-31"))
		}
	})
}
