package graph

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

// Modes of a definition.
const (
	ModeSimple = "simple" // methods, composition and overrides
	ModeGraph  = "graph"  // nodes
)

// Compositions of a simple workflow's primary methods.
const (
	AnyOf = "any_of" // one passed method is enough
	AllOf = "all_of" // every method must pass
)

// Liveness strategies of [Preferences].
const (
	LivenessAction   = "3d_action"
	LivenessFlashing = "flashing"
	LivenessPassive  = "passive"
)

// The number of failures after which a method is exhausted.
const (
	DefaultMaxAttempts = 3
	HighestMaxAttempts = 10
)

var (
	livenessStrategies = []string{LivenessAction, LivenessFlashing, LivenessPassive}
	documentTypes      = namesOf(rules.DocumentTypes())
)

// Definition is a workflow as its merchant wrote it. It may hold any value that decodes; [Compile] reports its faults.
type Definition struct {
	// Mode is ModeSimple (the default) or ModeGraph.
	Mode    string        `json:"mode"`
	UseCase rules.UseCase `json:"use_case"`
	// Jurisdictions are the target markets; empty means all.
	Jurisdictions []rules.Jurisdiction `json:"jurisdictions"`

	// Methods, Composition, Supplementary and Overrides belong to the simple mode. Methods are the primary methods, in
	// the order in which they are offered.
	Methods []rules.Method `json:"methods"`
	// Composition is AnyOf (the default) or AllOf.
	Composition string `json:"composition"`
	// Supplementary layers all run after the primary methods have passed.
	Supplementary []rules.Method `json:"supplementary"`
	Overrides     Overrides      `json:"overrides"`

	// Preferences apply in both modes; a node may override them.
	Preferences Preferences `json:"preferences"`
	// Graph belongs to the graph mode.
	Graph *Source `json:"graph"`
}

// Preferences tune the checks.
type Preferences struct {
	// LivenessStrategy is a Liveness constant; empty leaves it to the method.
	LivenessStrategy string `json:"liveness_strategy"`
	RequireEmailOTP  bool   `json:"require_email_otp"`
	// MaxAttempts is 1 to 10 failures per method; 0 means 3.
	MaxAttempts int `json:"max_attempts"`
	// DocumentTypes restrict document_capture; empty accepts every type.
	DocumentTypes []string `json:"document_types"`
	// UnreadText is what document_capture does with a document whose printed text cannot be read, so that nothing confirms
	// its machine-readable zone or its barcode; empty means DoubtFails.
	UnreadText Doubt `json:"unread_text,omitempty"`
	// ScreenPhotographed is what document_capture does with a picture that seems to show a screen; empty means
	// DoubtPasses.
	ScreenPhotographed Doubt `json:"screen_photographed,omitempty"`
	// FaceMatch is when document_capture is followed by selfie_match; empty means FaceMatchNever.
	FaceMatch FaceMatch `json:"face_match,omitempty"`
	// ApproveAt is the estimated age in years from which facial_age passes; 0 leaves it to the method.
	ApproveAt int `json:"approve_at,omitempty"`
	// BelowApproveAt is what facial_age does with a lower estimate; empty means BelowStepsUp.
	BelowApproveAt BelowApproveAt `json:"below_approve_at,omitempty"`
	// MatchBands are the similarities of faces at which selfie_match passes; nil leaves them to the method.
	MatchBands *MatchBands `json:"match_bands,omitempty"`
	// matchBarred reports that the place of a session does not allow selfie_match.
	matchBarred bool
	// FileUpload lets the user of a camera method give a file instead of a picture from the camera.
	FileUpload bool `json:"file_upload,omitempty"`
	// ProofOfAge has eudi_pid accept the EU proof of age in sessions of type age.
	ProofOfAge bool `json:"proof_of_age,omitempty"`
	// Parental sets how guardians prove to be adults; nil if the author gave no setting.
	Parental *Parental `json:"parental,omitempty"`
	// Handoff is nil if the author gave no setting; DefaultHandoff applies then.
	Handoff *Handoff `json:"handoff,omitempty"`
	// Signals are the groups of signals by which the risk of a session is assessed. Without any, the risk comes from the
	// places and from the verdicts alone.
	Signals []risk.Group `json:"signals,omitempty"`
	// FlagAt is the level of risk from which a verified session is flagged for review: medium or high; empty flags no
	// session by its level.
	FlagAt rules.RiskLevel `json:"flag_at,omitempty"`
}

// Parental sets how parental_consent runs.
type Parental struct {
	// Methods are those by which a guardian may prove to be an adult; empty means rules.GuardianMethods.
	Methods []rules.Method `json:"methods"`
}

// GuardianMethods returns the methods by which guardians may prove to be adults, only those that make the consent
// verifiable where the law asks for it.
func (p Preferences) GuardianMethods(verifiable bool) []rules.Method {
	methods := rules.GuardianMethods()
	if p.Parental != nil && len(p.Parental.Methods) > 0 {
		methods = slices.Clone(p.Parental.Methods)
	}
	return slices.DeleteFunc(methods, func(m rules.Method) bool { return verifiable && !m.VerifiesGuardian() })
}

// Handoff sets whether and how a session can move to its user's phone.
type Handoff struct {
	Enabled bool `json:"enabled"`
	// URLBase is the page that the link opens; empty is the installation's page.
	URLBase string `json:"url_base"`
	// CompanyName is the name that the phone's page shows; empty is the organization's name.
	CompanyName string `json:"company_name"`
	// Confirm has the user choose on the phone the number that the desktop shows.
	Confirm bool `json:"confirm"`
}

// DefaultHandoff returns the settings of a workflow that gives none.
func DefaultHandoff() Handoff { return Handoff{Enabled: true, Confirm: true} }

// HandoffOrDefault returns the workflow's own settings, or else DefaultHandoff.
func (p Preferences) HandoffOrDefault() Handoff {
	if p.Handoff == nil {
		return DefaultHandoff()
	}
	return *p.Handoff
}

// WithDefaults returns a copy with absent values filled in, jurisdictions in upper case, overrides and nodes sorted,
// and no nil slices. Invalid values stay unchanged, for [Compile] to report.
func (d Definition) WithDefaults() Definition {
	d.Mode = cmp.Or(d.Mode, ModeSimple)
	if d.Mode != ModeGraph {
		d.Composition = cmp.Or(d.Composition, AnyOf)
	}
	d.Preferences.MaxAttempts = cmp.Or(d.Preferences.MaxAttempts, DefaultMaxAttempts)
	d.Preferences.DocumentTypes = copied(d.Preferences.DocumentTypes)
	handoff := d.Preferences.HandoffOrDefault()
	d.Preferences.Handoff = &handoff
	if p := d.Preferences.Parental; p != nil {
		d.Preferences.Parental = &Parental{Methods: copied(p.Methods)}
	}
	d.Methods = copied(d.Methods)
	d.Supplementary = copied(d.Supplementary)
	d.Jurisdictions = copied(d.Jurisdictions)
	for i, j := range d.Jurisdictions {
		d.Jurisdictions[i] = normal(j)
	}
	d.Overrides = d.Overrides.normalised()
	d.Graph = d.Graph.normalised()
	return d
}

func namesOf[T ~string](values []T) []string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = string(value)
	}
	return names
}

// normal returns j in upper case, or unchanged if it is not a jurisdiction.
func normal(j rules.Jurisdiction) rules.Jurisdiction {
	parsed, ok := rules.ParseJurisdiction(string(j))
	if !ok {
		return j
	}
	return parsed
}

// copied returns a copy that is never nil.
func copied[T any](s []T) []T {
	return append(make([]T, 0, len(s)), s...)
}

// Serves reports whether j is a target market of the workflow, or lies in one.
func (d Definition) Serves(j rules.Jurisdiction) bool {
	return len(d.Jurisdictions) == 0 || slices.ContainsFunc(d.Jurisdictions, func(market rules.Jurisdiction) bool {
		market = normal(market)
		return market == j || market == j.Country()
	})
}

// TreatsAlike reports whether the workflow makes no difference between two jurisdictions: the same override applies to
// both, and no condition reads the jurisdiction or the age tier that follows from it.
func (d Definition) TreatsAlike(one, other rules.Jurisdiction) bool {
	d = d.WithDefaults()
	if d.Mode == ModeGraph {
		return !slices.ContainsFunc(d.Graph.conditions(), func(when string) bool {
			return strings.Contains(when, "jurisdiction") || strings.Contains(when, "age_tier")
		})
	}
	first, _ := d.Overrides.For(one)
	second, _ := d.Overrides.For(other)
	return first.Jurisdiction == second.Jurisdiction
}

// restrictedTo returns the definition for one jurisdiction: without its list of jurisdictions, and with the override
// that applies in j alone. A version that was published when more jurisdictions were accepted can so run in those that
// remain valid.
func (d Definition) restrictedTo(j rules.Jurisdiction) Definition {
	d.Jurisdictions = []rules.Jurisdiction{}
	override, ok := d.Overrides.For(j)
	d.Overrides = Overrides{}
	if ok {
		d.Overrides = Overrides{override}
	}
	return d
}

// In returns the definition for one jurisdiction: its override is applied, and no overrides are left. An override of a
// country also applies in its subdivisions, unless the subdivision has one of its own. Methods that the override adds
// come last.
func (d Definition) In(j rules.Jurisdiction) Definition {
	override, ok := d.Overrides.For(j)
	d.Overrides = Overrides{}
	if !ok {
		return d
	}
	removed := func(m rules.Method) bool { return slices.Contains(override.Remove, m) }
	d.Methods = append(slices.DeleteFunc(copied(d.Methods), removed), override.Add...)
	d.Supplementary = slices.DeleteFunc(copied(d.Supplementary), removed)
	return d
}
