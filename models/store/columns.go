package store

import (
	"strings"
	"sync"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// columnsAs lists a model's columns, with an alias each, for a SELECT of several tables.
func columnsAs(model any, table, prefix string) string {
	names := columnNames(model)
	columns := make([]string, 0, len(names))
	for _, name := range names {
		columns = append(columns, table+"."+name+" AS "+prefix+name)
	}
	return strings.Join(columns, ", ")
}

// returning makes a statement return the columns of a model by name. "RETURNING *" would fail on a connection that
// prepared the statement before a migration added a column.
func returning(model any) clause.Returning {
	columns := clause.Returning{}
	for _, name := range columnNames(model) {
		columns.Columns = append(columns.Columns, clause.Column{Name: name})
	}
	return columns
}

// parsedModels caches the schemas of the models.
var parsedModels sync.Map

func columnNames(model any) []string {
	parsed, err := schema.Parse(model, &parsedModels, schema.NamingStrategy{})
	if err != nil {
		panic(err) // fails every test if a model is invalid
	}
	return parsed.DBNames
}
