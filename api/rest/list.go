package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// ListObject is the envelope of every list. Data are encoded objects.
type ListObject struct {
	Object  string            `json:"object"`
	URL     string            `json:"url"`
	HasMore bool              `json:"has_more"`
	Data    []json.RawMessage `json:"data"`
}

// ListOf answers with a page of rows.
func ListOf[Row, Object any](c *Call, rows []Row, more bool, object func(Row) Object) (Answer, error) {
	list, err := NewList(c, rows, more, object)
	if err != nil {
		return Answer{}, err
	}
	return Reply(http.StatusOK, list)
}

// NewList encodes the objects of rows one after the other, from the cursor on, until there are no more, they have the
// store's ListBytes together, or the time of the request is up. Where rows are left out it says that there are more.
func NewList[Row, Object any](c *Call, rows []Row, more bool, object func(Row) Object) (ListObject, error) {
	list := ListObject{Object: "list", URL: c.Gin.Request.URL.Path, HasMore: more, Data: []json.RawMessage{}}
	backwards := c.Query.Text("ending_before") != ""
	room := c.listBytes
	for i := range rows {
		if err := c.Ctx.Err(); err != nil {
			return list, err
		}
		if backwards {
			i = len(rows) - 1 - i
		}
		encoded, err := Encode(object(rows[i]))
		if err != nil {
			return list, err
		}
		encoded = bytes.TrimSuffix(encoded, []byte("\n"))
		if room -= len(encoded); room < 0 && len(list.Data) > 0 {
			list.HasMore = true
			break
		}
		list.Data = append(list.Data, encoded)
	}
	if backwards {
		slices.Reverse(list.Data)
	}
	return list, nil
}

// DeletedObject is the answer to a deletion.
type DeletedObject struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

// mostSubmissionsAtOnce bounds the sessions that are read with their submissions: each submission has a step and a
// result.
const mostSubmissionsAtOnce = 2000

// Nearest returns those of the sessions nearest to the cursor of the page that together have no more than
// mostSubmissionsAtOnce submissions; always at least one.
func Nearest(page store.Page, rows []models.Session) []models.Session {
	return store.CutPage(page, rows, func(s models.Session) int64 { return int64(s.Submissions) }, mostSubmissionsAtOnce)
}
