package merchant

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

// pathEmbedOrigins is the path of the origins of pages that may show the organization's sessions in a frame.
const pathEmbedOrigins = pathOrganization + "/embed_origins"

// embedOriginsObject is the whole list, in alphabetical order.
type embedOriginsObject struct {
	Object  string   `json:"object"`
	Origins []string `json:"origins"`
}

func showEmbedOrigins(pages []models.HandoffURL) (rest.Answer, error) {
	origins := make([]string, 0, len(pages))
	for _, page := range pages {
		origins = append(origins, page.Origin)
	}
	return rest.Reply(http.StatusOK, embedOriginsObject{Object: "embed_origins", Origins: origins})
}

func (hs *Handlers) getEmbedOrigins(c *rest.Call) (rest.Answer, error) {
	pages, err := hs.store.EmbedOrigins(c.Ctx, c.Org().ID)
	if err != nil {
		return rest.Answer{}, err
	}
	return showEmbedOrigins(pages)
}

type embedOriginsInput struct {
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// changeEmbedOrigins removes origins and adds others, all or none, as the command stile org embed-origins does.
func (hs *Handlers) changeEmbedOrigins(c *rest.Call) (rest.Answer, error) {
	var in embedOriginsInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	pages, err := hs.store.ChangeEmbedOrigins(c.Ctx, c.Org().ID, c.Actor(), in.Add, in.Remove)
	if err != nil {
		return rest.Answer{}, err
	}
	return showEmbedOrigins(pages)
}
