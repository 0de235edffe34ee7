// Command program prints its version.
package main

import (
	"fmt"

	"github.com/stile-id/stile/internal/version"
)

func main() { fmt.Println(version.String()) }
