package device

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/sessions"
)

// sharingObject is the state of the user's consent to share the verification, as the view shows it.
type sharingObject struct {
	// Available reports whether the user can give the consent.
	Available bool `json:"available"`
	Consent   bool `json:"consent"`
}

func showSharing(s sessions.Sharing) sharingObject { return sharingObject{s.Available, s.Consented} }

type sharedObject struct {
	Object  string `json:"object"`
	Consent bool   `json:"consent"`
}

type sharingInput struct {
	Consent *bool `json:"consent"`
}

// share notes that the user shares the verification of the session with other organizations, or no longer does.
func (hs *Handlers) share(c *rest.Call) (rest.Answer, error) {
	var in sharingInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Consent == nil {
		return rest.Answer{}, rest.Missing("consent")
	}
	sharing, err := hs.sessions.Share(c.Ctx, c.Session, *in.Consent)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, sharedObject{"trust_reuse_consent", sharing.Consented})
}

// linkObject is the link of a mail about a grant. It names the organization that accepted the verification and nothing
// else: not the one that made it, no person and no method.
type linkObject struct {
	Object       string `json:"object"`
	Scope        string `json:"scope"`
	Organization string `json:"organization"`
	GrantedAt    string `json:"granted_at"`
	// Open reports whether the link still works.
	Open bool `json:"open"`
}

func showLink(l sessions.GrantLink) (rest.Answer, error) {
	object := linkObject{
		Object: "trust_reuse_link", Scope: "grant", Organization: l.Organization, GrantedAt: l.Grant.Created.ISO(),
		Open: l.Open,
	}
	if l.All {
		object.Scope = "all"
	}
	return rest.Reply(http.StatusOK, object)
}

type linkInput struct {
	Token *string `json:"token"`
}

// longestLink is well beyond the length of a link's token, in characters.
const longestLink = 500

func readLink(c *rest.Call) (string, error) {
	var in linkInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return "", err
	}
	if in.Token == nil {
		return "", rest.Missing("token")
	}
	return *in.Token, rest.CheckText("token", in.Token, longestLink)
}

// showGrantLink tells the page of a mail's link what the link revokes. It changes nothing.
func (hs *Handlers) showGrantLink(c *rest.Call) (rest.Answer, error) {
	token, err := readLink(c)
	if err != nil {
		return rest.Answer{}, err
	}
	link, err := hs.sessions.GrantLink(c.Ctx, token)
	if err != nil {
		return rest.Answer{}, err
	}
	return showLink(link)
}

// followGrantLink revokes the grant of a mail's link, or ends all sharing. A repeat changes nothing.
func (hs *Handlers) followGrantLink(c *rest.Call) (rest.Answer, error) {
	token, err := readLink(c)
	if err != nil {
		return rest.Answer{}, err
	}
	link, err := hs.sessions.FollowGrantLink(c.Ctx, token)
	if err != nil {
		return rest.Answer{}, err
	}
	return showLink(link)
}
