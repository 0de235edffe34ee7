package device

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
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
	tag := `"` + logo.Digest + `"`
	header := map[string]string{
		"ETag": tag, "Cache-Control": logoAge, "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "cross-origin", // <stile-button> shows it in the merchant's page
	}
	if known := c.Gin.GetHeader("If-None-Match"); known != "" && rest.MatchesTag(known, tag) {
		return rest.Answer{Status: http.StatusNotModified, Header: header}, nil
	}
	return rest.Answer{Status: http.StatusOK, ContentType: logo.MediaType, Body: logo.Content, Header: header}, nil
}
