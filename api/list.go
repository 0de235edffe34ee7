package api

import "net/http"

// listObject is the envelope of every list.
type listObject[T any] struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []T    `json:"data"`
}

// listOf answers with a page of rows.
func listOf[Row, Object any](c *call, rows []Row, more bool, object func(Row) Object) (answer, error) {
	return reply(http.StatusOK, newList(c, rows, more, object))
}

func newList[Row, Object any](c *call, rows []Row, more bool, object func(Row) Object) listObject[Object] {
	data := make([]Object, 0, len(rows))
	for _, row := range rows {
		data = append(data, object(row))
	}
	return listObject[Object]{Object: "list", URL: c.gin.Request.URL.Path, HasMore: more, Data: data}
}
