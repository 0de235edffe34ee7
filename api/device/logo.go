package device

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// logoAge is how long a browser shows a logo without asking again. The address of a logo names its content, so a new
// logo is shown at once.
const logoAge = "public, max-age=86400"

// logoURL returns the address of the organization's logo, at the origin of the verification page; nil if it has none.
func (hs *Handlers) logoURL(org models.Organization) *string {
	if org.LogoDigest == nil {
		return nil
	}
	address := hs.config.PageOrigin + rest.PathLogos + "/" + org.ID + "?v=" + (*org.LogoDigest)[:16]
	return &address
}

// getLogo answers with the logo of an organization. Its parameter v is for caches alone.
func (hs *Handlers) getLogo(c *rest.Call) (rest.Answer, error) {
	logo, err := hs.store.Logo(c.Ctx, c.Param("org"))
	if err != nil {
		return rest.Answer{}, err
	}
	return picture(c, logo.Digest, logo.MediaType, logo.Content)
}

// picture answers with an image, unless the client has it.
func picture(c *rest.Call, digest, mediaType string, content []byte) (rest.Answer, error) {
	tag := `"` + digest + `"`
	header := map[string]string{
		"ETag": tag, "Cache-Control": logoAge, "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "cross-origin", // <stile-button> shows it in the merchant's page
	}
	if known := c.Gin.GetHeader("If-None-Match"); known != "" && rest.MatchesTag(known, tag) {
		return rest.Answer{Status: http.StatusNotModified, Header: header}, nil
	}
	return rest.Answer{Status: http.StatusOK, ContentType: mediaType, Body: content, Header: header}, nil
}

// choiceLogoURL returns the address of a choice's logo, at the origin of the verification page; nil if it has none.
func (hs *Handlers) choiceLogoURL(method rules.Method, choice sessions.Choice) *string {
	if choice.Logo.MediaType == "" {
		return nil
	}
	address := hs.config.PageOrigin + rest.PathLogos + "/" + string(method) + "/" + choice.Value +
		"?v=" + digestOf(choice.Logo)[:16]
	return &address
}

func digestOf(p sessions.Picture) string {
	sum := sha256.Sum256(p.Content)
	return hex.EncodeToString(sum[:])
}

// getChoiceLogo answers with the logo of a choice of a method, such as a bank.
func (hs *Handlers) getChoiceLogo(c *rest.Call) (rest.Answer, error) {
	choice, found := hs.sessions.Choice(rules.Method(c.Param("org")), c.Param("choice"))
	if !found || choice.Logo.MediaType == "" {
		return rest.Answer{}, models.Missing("logo", c.Param("choice"))
	}
	return picture(c, digestOf(choice.Logo), choice.Logo.MediaType, choice.Logo.Content)
}
