package merchant

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/sessions"
)

type checkObject struct {
	Jurisdiction       rules.Jurisdiction        `json:"jurisdiction"`
	JurisdictionSource models.JurisdictionSource `json:"jurisdiction_source"`
	Results            []models.ComplianceResult `json:"results"`
	MostRestrictive    summaryObject             `json:"most_restrictive"`
}

type summaryObject struct {
	RequiredAgeTier            rules.AgeTier   `json:"required_age_tier"`
	AllowedMethods             []rules.Method  `json:"allowed_methods"`
	ConsentRequired            bool            `json:"consent_required"`
	DataRetentionDays          *int            `json:"data_retention_days"`
	DocumentImageRetentionDays *int            `json:"document_image_retention_days"`
	BiometricRetentionDays     *int            `json:"biometric_retention_days"`
	AnyProhibited              bool            `json:"any_prohibited"`
	ProhibitedUseCases         []rules.UseCase `json:"prohibited_use_cases"`
}

// checkCompliance answers with the rules for the products of a cart, without a session.
func (hs *Handlers) checkCompliance(c *rest.Call) (rest.Answer, error) {
	asked, err := hs.readCheck(c)
	if err != nil {
		return rest.Answer{}, err
	}
	if known, found := hs.checked.Get(asked); found {
		return known, nil
	}
	found, err := hs.check(asked)
	if err != nil {
		return rest.Answer{}, err
	}
	hs.checked.Add(asked, found)
	return found, nil
}

func (hs *Handlers) check(asked complianceCheck) (rest.Answer, error) {
	useCases, err := readUseCases(asked.cart)
	if err != nil {
		return rest.Answer{}, err
	}
	object := checkObject{
		Jurisdiction: asked.place.Jurisdiction, JurisdictionSource: asked.place.Source,
		Results: make([]models.ComplianceResult, 0, len(useCases)),
	}
	all := make([]*compliance.Rule, 0, len(useCases))
	for _, useCase := range useCases {
		rule, err := hs.sessions.Rule(useCase, asked.place, asked.day)
		if err != nil {
			return rest.Answer{}, err
		}
		all = append(all, rule)
		result := sessions.ComplianceOf(rule, asked.place.Jurisdiction)
		if asked.explain {
			result.Explain = rule.Explain()
		}
		object.Results = append(object.Results, result)
	}
	object.MostRestrictive = showSummary(compliance.MostRestrictive(all...))
	return rest.Reply(http.StatusOK, &object)
}

// checkedSize bounds the answers to checks that are kept: shops ask about the same carts all day.
const checkedSize = 1000

// complianceCheck is a request for the rules of a place. The answer depends on nothing else but the rules, which stay
// the same while the process runs.
type complianceCheck struct {
	cart    string // the use cases, as they were written
	place   sessions.Place
	day     compliance.Day
	explain bool
}

func (hs *Handlers) readCheck(c *rest.Call) (asked complianceCheck, err error) {
	if asked.cart = strings.Join(c.Query.List(rest.ListUseCases), ","); asked.cart == "" {
		return asked, rest.Missing(rest.ListUseCases)
	}
	asked.explain = c.Query.Flag("explain")
	if asked.day, err = hs.readDay(c); err != nil {
		return asked, err
	}
	if asked.place, err = hs.readPlace(c); err != nil {
		return asked, err
	}
	return asked, c.Query.Err
}

// readUseCases takes each product once, in the order in which they are named.
func readUseCases(text string) (useCases []rules.UseCase, err error) {
	for name := range strings.SplitSeq(text, ",") {
		useCase, known := rules.ParseUseCase(strings.TrimSpace(name))
		if !known {
			return nil, models.Invalid("use_cases", "Unknown product type: '%s'. use_cases takes %s",
				models.Clip(name, rest.LongestName), models.Listed(rules.UseCases()))
		}
		if !slices.Contains(useCases, useCase) {
			useCases = append(useCases, useCase)
		}
	}
	return useCases, nil
}

func (hs *Handlers) readDay(c *rest.Call) (compliance.Day, error) {
	text := c.Query.Text("as_of")
	if text == "" {
		return hs.sessions.Today(), nil
	}
	day, ok := compliance.ParseDay(text)
	if !ok {
		return day, models.Invalid("as_of", "as_of must be a day such as 2026-11-20")
	}
	return day, nil
}

// readPlace returns where the customer is: as the query says, or as it is detected for a session.
func (hs *Handlers) readPlace(c *rest.Call) (sessions.Place, error) {
	var t sessions.Told
	if text := c.Query.Text("jurisdiction"); text != "" {
		var ok bool
		if t.Jurisdiction, ok = rules.ParseJurisdiction(text); !ok {
			return sessions.Place{}, hs.sessions.NotCovered(models.CodeParameterInvalid, text)
		}
	}
	var address *string
	if text := c.Query.Text("client_ip"); text != "" {
		address = &text
	}
	var err error
	if t.ClientIP, err = readClientIP(c, address); err != nil {
		return sessions.Place{}, err
	}
	return hs.sessions.Locate(c.Sender(), t, !c.Live())
}

// explained returns the session's object with the reasons for its rule at the time of creation.
func (hs *Handlers) explained(
	c *rest.Call, s models.Session, object models.SessionObject,
) (models.SessionObject, error) {
	object.Compliance.Explain = []compliance.Reason{}
	explanation, err := hs.store.Explanation(c.Ctx, s)
	if explanation != nil {
		object.Compliance.Explain = explanation
	}
	return object, err
}

func showSummary(s compliance.Summary) summaryObject {
	return summaryObject{
		RequiredAgeTier: s.RequiredAgeTier, AllowedMethods: s.AllowedMethods, ConsentRequired: s.ConsentRequired,
		DataRetentionDays: s.DataRetentionDays, DocumentImageRetentionDays: s.DocumentImageRetentionDays,
		BiometricRetentionDays: s.BiometricRetentionDays, AnyProhibited: s.AnyProhibited,
		ProhibitedUseCases: s.ProhibitedUseCases,
	}
}
