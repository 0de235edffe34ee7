package stile_test

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stile-id/stile/sdk/go/stile"
)

// recorder answers every request with an empty list, and keeps its operation.
type recorder struct{ operations []string }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	path := strings.ReplaceAll(request.URL.Path+"/", "/0/", "/{}/")
	r.operations = append(r.operations, request.Method+" "+strings.TrimSuffix(path, "/"))
	body := io.NopCloser(strings.NewReader(`{"object": "list", "has_more": false, "data": null}`))
	return &http.Response{StatusCode: http.StatusOK, Body: body}, nil
}

// reached calls every method of every resource, and returns the operations by the names of the methods.
func reached(t *testing.T) map[string]string {
	t.Helper()
	r := &recorder{}
	client, err := stile.New(key, stile.WithHTTPClient(&http.Client{Transport: r}))
	check(t, err)
	found := map[string]string{}
	resources := reflect.ValueOf(*client)
	for i := range resources.NumField() {
		field := resources.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		for j := range resources.Field(i).NumMethod() {
			name := field.Name + "." + field.Type.Method(j).Name
			invoke(t, name, resources.Field(i).Method(j))
			equal(t, len(r.operations), 1, name)
			found[name] = r.operations[0]
			r.operations = nil
		}
	}
	return found
}

// invoke calls a method with the id 0 and without parameters, and iterates if it returns an iterator.
func invoke(t *testing.T, name string, method reflect.Value) {
	t.Helper()
	arguments := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < method.Type().NumIn()-1; i++ {
		argument := reflect.New(method.Type().In(i)).Elem()
		if argument.Kind() == reflect.String {
			argument.SetString("0")
		}
		arguments = append(arguments, argument)
	}
	results := method.Call(arguments)
	if len(results) == 2 {
		if err, failed := results[1].Interface().(error); failed {
			t.Fatalf("%s: %v", name, err)
		}
		return
	}
	for _, err := range results[0].Seq2() {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestEveryOperationThatTakesASecretKeyHasAMethodAndEveryMethodAnOperation(t *testing.T) {
	t.Parallel()
	methods := reached(t)
	called := map[string]bool{}
	for name, operation := range methods {
		called[operation] = true
		if !slices.Contains(operations, operation) {
			t.Errorf("%s sends %s, which the contract does not have", name, operation)
		}
	}
	for _, operation := range operations {
		verb, path, _ := strings.Cut(operation, " ")
		// Updates are sent by POST; PATCH and PUT do the same.
		if !called[operation] && (verb != "PATCH" && verb != "PUT" || !called["POST "+path]) {
			t.Errorf("no method sends %s", operation)
		}
	}
	if len(operations) < 60 {
		t.Errorf("there are only %d operations", len(operations))
	}
}

func TestTheListsOfAResourceSendTheRequestsOfTheirIterators(t *testing.T) {
	t.Parallel()
	methods := reached(t)
	lists := 0
	for name, operation := range methods {
		resource, method, _ := strings.Cut(name, ".")
		if subject, is := strings.CutPrefix(method, "List"); is {
			lists++
			equal(t, methods[resource+".All"+subject], operation, name)
		}
	}
	equal(t, lists, 10, "lists")
}
