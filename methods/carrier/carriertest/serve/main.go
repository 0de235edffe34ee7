// Command serve runs the operator of package carriertest for the browser tests, which start it in the folder of
// package carrier. It prints the path of a file of carriers. Each line of its input is a carriertest.Behaviour in JSON,
// for which it prints the paths of the requests so far. It ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/carrier/carriertest"
)

func main() {
	if err := run(); err != nil {
		panic(err)
	}
}

func run() error {
	operator, err := carriertest.Start("testdata")
	if err != nil {
		return err
	}
	defer operator.Close()
	folder, err := os.MkdirTemp("", "stile-carrier-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.WriteFile(filepath.Join(folder, "key.pem"), operator.KeyPEM(), 0o600); err != nil {
		return err
	}
	file := filepath.Join(folder, "carriers.yaml")
	settings := operator.Settings("key.pem", string(carrier.FlowNumberVerification), string(carrier.FlowConsent))
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(os.Stdout, file); err != nil {
		return err
	}
	return obey(operator)
}

// obey sets the behaviours of the input, until it ends.
func obey(operator *carriertest.Server) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var next carriertest.Behaviour
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return err
		}
		operator.Set(func(b *carriertest.Behaviour) { *b = next })
		if err := json.NewEncoder(os.Stdout).Encode(operator.Requests()); err != nil {
			return err
		}
	}
	return lines.Err()
}
