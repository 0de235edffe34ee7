package merchant

import (
	"cmp"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// riskInput holds the identifiers of a user to score.
type riskInput struct {
	IP             *string `json:"ip"`
	Email          *string `json:"email"`
	Phone          *string `json:"phone"`
	DeviceID       *string `json:"device_id"`
	ClaimedCountry *string `json:"claimed_country"`
	Session        *string `json:"session"`
}

// scoreRisk answers how risky a user is.
func (hs *Handlers) scoreRisk(c *rest.Call) (rest.Answer, error) {
	var in riskInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	asked, err := in.read()
	if err != nil {
		return rest.Answer{}, err
	}
	assessed, err := hs.sessions.AssessRisk(c.Ctx, c.Org().ID, asked)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, assessed.Public())
}

// longestDevice is the length of a device_id, in characters.
const longestDevice = 255

// read checks the parameters. No message repeats one of them.
func (in *riskInput) read() (n sessions.NewAssessment, err error) {
	if in.IP == nil && in.Email == nil && in.Phone == nil && in.DeviceID == nil {
		return n, models.Invalid("ip", "Missing required parameter: ip, email, phone or device_id")
	}
	if n.IP, err = readAddress("ip", in.IP); err != nil {
		return n, err
	}
	contacts, err := readContacts(in.Email, in.Phone)
	if err != nil {
		return n, err
	}
	n.Email, n.Phone = contacts.Email, contacts.Phone
	if n.Claimed, err = rest.ReadJurisdiction("claimed_country", in.ClaimedCountry); err != nil {
		return n, err
	}
	err = cmp.Or(rest.CheckText("device_id", in.DeviceID, longestDevice),
		rest.CheckText("session", in.Session, rest.LongestID))
	rest.Set(&n.DeviceID, in.DeviceID)
	rest.Set(&n.SessionID, in.Session)
	return n, err
}

// getRisk answers with an assessment of the caller's organization.
func (hs *Handlers) getRisk(c *rest.Call) (rest.Answer, error) {
	assessed, err := hs.store.RiskAssessment(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, assessed.Public())
}
