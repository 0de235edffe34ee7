// Package evaluate measures the models of faces on labelled pictures of an operator: how far estimated ages are from
// the true ones and how often faces are taken for those of another person, by age and by every group that the labels
// name.
package evaluate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
)

// Columns of the labels with a meaning; all others are groups.
const (
	columnFile   = "file"
	columnAge    = "age"
	columnPerson = "person"
)

// maxLabels bounds the pictures of a run.
const maxLabels = 100_000

// label is the knowledge of an operator about a picture.
type label struct {
	file   string
	age    float64
	aged   bool // whether age is known
	person string
	groups map[string]string // column to value
}

// readLabels reads the labels: CSV, with the columns in its first line. Column file is a path inside the folder of the
// labels; age is in years, and person tells pictures of one person. An error names the line and the column.
func readLabels(in io.Reader) (labels []label, columns []string, err error) {
	r := csv.NewReader(in)
	header, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("line 1: %w", err)
	}
	if !slices.Contains(header, columnFile) {
		return nil, nil, errors.New("line 1: there is no column file")
	}
	for i, name := range header {
		if name == "" || slices.Contains(header[:i], name) {
			return nil, nil, fmt.Errorf("line 1: column %d has no name of its own", i+1)
		}
		if name != columnFile && name != columnAge && name != columnPerson {
			columns = append(columns, name)
		}
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return labels, columns, nil
		}
		if err != nil {
			return nil, nil, err // it names the line
		}
		line, _ := r.FieldPos(0)
		if len(labels) == maxLabels {
			return nil, nil, fmt.Errorf("line %d: more than %d pictures", line, maxLabels)
		}
		l, err := readLabel(header, record)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", line, err)
		}
		labels = append(labels, l)
	}
}

func readLabel(header, record []string) (l label, err error) {
	l.groups = map[string]string{}
	for i, name := range header {
		value := record[i]
		switch name {
		case columnFile:
			if !filepath.IsLocal(value) {
				return l, errors.New("column file must be a path inside the folder")
			}
			l.file = value
		case columnAge:
			if value == "" {
				continue
			}
			if l.age, err = strconv.ParseFloat(value, 64); err != nil || !(l.age >= 0 && l.age <= 130) {
				return l, errors.New("column age must be a number of years from 0 to 130, or empty")
			}
			l.aged = true
		case columnPerson:
			l.person = value
		default:
			l.groups[name] = value
		}
	}
	return l, nil
}
