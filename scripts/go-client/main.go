// Command go-client writes the generated files of the Go client from api/openapi.yaml: the types of the operations that
// take a secret key, and the list of these operations, to which a test of the client compares its methods. Run it at
// the root of the repository: go run ./scripts/go-client.
package main

import (
	"fmt"
	"os"
)

const (
	document      = "api/openapi.yaml"
	typesFile     = "sdk/go/stile/types.gen.go"
	operationFile = "sdk/go/stile/operations_gen_test.go"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "go-client:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	files, err := generate(text)
	if err != nil {
		return err
	}
	for name, source := range files {
		if err := os.WriteFile(name, source, 0o600); err != nil {
			return err
		}
	}
	return nil
}
