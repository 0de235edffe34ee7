package api_test

import (
	"os"
	"testing"

	"github.com/stile-id/stile/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
