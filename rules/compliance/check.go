package compliance

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

func (l *loader) checkPlace(f *file) {
	if f.listed && (f.template() || f.subdivision()) {
		l.fault(f.name, "subdivisions", "only a country has subdivisions")
	}
	if f.template() {
		return
	}
	if j, ok := rules.ParseJurisdiction(f.code); !ok || string(j) != f.code {
		l.fault(f.name, "jurisdiction", "there is no country %s", f.country())
	}
}

func (l *loader) checkParent(f *file) {
	parent := f.parent()
	switch {
	case f.code == defaultCode && f.inherits != "":
		l.fault(f.name, "inherits", "%s inherits nothing", defaultCode)
	case f.subdivision() && parent != f.country():
		l.fault(f.name, "inherits", "a subdivision inherits its country, or its prohibitions would be lost")
	case parent != "" && l.files[parent] == nil && !l.broken[parent]:
		l.fault(f.name, "inherits", "there is no %s%s", parent, extension)
	case l.circular(f):
		l.fault(f.name, "inherits", "%s inherits itself", f.code)
	}
}

// circular reports whether the file inherits itself. A file that inherits a circle without being part of it is not at
// fault.
func (l *loader) circular(f *file) bool {
	chain, sound := l.chain(f)
	return !sound && chain[len(chain)-1].parent() == f.code
}

func (l *loader) checkOrder(f *file) {
	for _, s := range f.sections() {
		for i := 1; i < len(s); i++ {
			if s[i].from <= s[i-1].from {
				l.fault(f.name, s[i].at("effective_from"), "%s is not after %s of the entry before", s[i].from, s[i-1].from)
			}
		}
	}
}

// checkProhibitions checks that a prohibition ends only with an entry that says so: an entry after a prohibition must
// set prohibited, and prohibited: false needs an inherited prohibition. The resolver passes prohibitions on to
// inheriting files.
func (l *loader) checkProhibitions(chain []*file) {
	f := chain[0]
	for _, u := range f.useCases() {
		for i, e := range f.rules[u] {
			prohibited, said := e.prohibits()
			before, saidBefore := f.rules[u].before(i)
			switch {
			case !said && before:
				l.fault(f.name, e.at("prohibited"), "the entry before prohibits; say whether this one does")
			case said && !prohibited && !saidBefore && !inheritsProhibition(chain, u, e.from, f.rules[u].until(i)):
				l.fault(f.name, e.at("prohibited"), "no inherited entry prohibits it, so there is nothing to lift")
			}
		}
	}
}

// before returns the prohibition of the entry before entry i, and whether that entry sets one.
func (s section) before(i int) (prohibited, said bool) {
	if i == 0 {
		return false, false
	}
	return s[i-1].prohibits()
}

// inheritsProhibition reports whether an inherited file prohibits the use case on any day of a span.
func inheritsProhibition(chain []*file, u rules.UseCase, from, until Day) bool {
	return slices.ContainsFunc(chain[1:], func(f *file) bool {
		s := f.rules[u]
		return slices.ContainsFunc(s, func(e *entry) bool {
			prohibited, _ := e.prohibits()
			return prohibited && e.from < until && from < s.until(e.index)
		})
	})
}

// missingMessage is the message for a required field without a value on a day.
func missingMessage(day Day) string {
	return "neither the file nor the files that it inherits set it on " + day.String()
}

// noMethodMessage is the message for a list of methods that held mdl alone.
func noMethodMessage(day Day) string {
	return "no method is left on " + day.String() + ", because mdl is not recognized and is dropped"
}
