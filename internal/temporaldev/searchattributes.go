package temporaldev

import (
	"fmt"
	"maps"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	persistencepb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/searchattribute/sadefs"
)

// addSearchAttributes makes each wanted attribute the alias of one of the columns
// that an SQL store has ready per type, such as Keyword01. It reports whether
// that changed anything.
func addSearchAttributes(
	namespace *persistencepb.NamespaceConfig,
	wanted map[string]enumspb.IndexedValueType,
) (bool, error) {
	if namespace.CustomSearchAttributeAliases == nil {
		namespace.CustomSearchAttributeAliases = make(map[string]string)
	}
	aliases := namespace.CustomSearchAttributeAliases
	columns := sadefs.GetDBIndexSearchAttributes(nil).GetCustomSearchAttributes()
	present := make(map[string]enumspb.IndexedValueType, len(aliases))
	for column, alias := range aliases {
		present[alias] = columns[column]
	}

	changed := false
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if have, ok := present[name]; ok {
			if have != wanted[name] {
				return false, fmt.Errorf("search attribute %s is of type %s, not %s", name, have, wanted[name])
			}
			continue
		}
		column, err := freeColumn(columns, aliases, wanted[name])
		if err != nil {
			return false, fmt.Errorf("search attribute %s: %w", name, err)
		}
		aliases[column] = name
		changed = true
	}
	return changed, nil
}

// freeColumn returns the first column of that type that has no alias.
func freeColumn(
	columns map[string]enumspb.IndexedValueType,
	aliases map[string]string,
	kind enumspb.IndexedValueType,
) (string, error) {
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if _, taken := aliases[column]; !taken && columns[column] == kind {
			return column, nil
		}
	}
	return "", fmt.Errorf("no column of type %s is left", kind)
}
