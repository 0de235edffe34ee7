package device

import (
	"context"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

type vpTokenInput struct {
	VPToken *string `json:"vp_token"`
}

// redeemVPToken verifies the session by the token of an earlier verification.
func (hs *Handlers) redeemVPToken(c *rest.Call) (rest.Answer, error) {
	var in vpTokenInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.VPToken == nil {
		return rest.Answer{}, rest.Missing("vp_token")
	}
	presented, err := hs.kernel.VPTokens.Read(c.Ctx, *in.VPToken)
	if err != nil {
		return rest.Answer{}, err
	}
	session, err := hs.sessions.Redeem(c.Ctx, c.Device(), presented, c.Gin.GetHeader("Origin"))
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}

// vpToken returns the token by which the user of a verified session shows its credential again. It is for the device on
// which the session began, whose page keeps it.
func (hs *Handlers) vpToken(ctx context.Context, s models.Session, phone models.Handoff) (*string, error) {
	if s.Status != models.StatusVerified || s.CredentialID == nil || phone.ID != "" {
		return nil, nil
	}
	c, err := hs.store.Credential(ctx, s.OrgID, *s.CredentialID)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return nil, nil
	}
	if err != nil || !c.ValidAt(hs.store.Now().Time) {
		return nil, err
	}
	token, err := hs.kernel.VPTokens.Issue(ctx, s, c)
	return &token, err
}
