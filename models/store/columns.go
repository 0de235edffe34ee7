package store

import (
	"context"
	"fmt"
	"reflect"
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

func columnNames(model any) []string { return schemaOf(model).DBNames }

// setColumns sets fields of the model that a pointer points to, by the names of their columns.
func setColumns(ctx context.Context, model any, columns map[string]any) error {
	fields, value := schemaOf(model).FieldsByDBName, reflect.ValueOf(model).Elem()
	for name, to := range columns {
		field, found := fields[name]
		if !found {
			return fmt.Errorf("%T has no column %s", model, name)
		}
		if err := field.Set(ctx, value, to); err != nil {
			return fmt.Errorf("set the column %s: %w", name, err)
		}
	}
	return nil
}

func schemaOf(model any) *schema.Schema {
	parsed, err := schema.Parse(model, &parsedModels, schema.NamingStrategy{})
	if err != nil {
		panic(err) // fails every test if a model is invalid
	}
	return parsed
}
