# Stile. `make` or `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ifndef AT_ONCE
.NOTPARALLEL: # the targets run in their order, also with -j, but those that `make test` names in one call with AT_ONCE
endif
MAKEFLAGS += --no-builtin-rules

GOLANGCI_LINT_VERSION := v2.15.0
WORKFLOWCHECK_VERSION := v0.6.0
GOTESTSUM_VERSION := v1.13.0

# A tool's file name carries its version: another version is another file, and gets installed.
TOOLS := bin/tools
GOLANGCI_LINT := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)
WORKFLOWCHECK := $(TOOLS)/workflowcheck-$(WORKFLOWCHECK_VERSION)
GOTESTSUM := $(TOOLS)/gotestsum-$(GOTESTSUM_VERSION)

# The npm packages of web/. npm writes this file last; one that is newer than the lock file means that they are there.
NPM_PACKAGES := web/node_modules/.package-lock.json

# A binary for tests has no symbols: it takes two thirds of the time to link. The tests that need one that is not there
# build it with the same flags.
GO_BUILD := go build -ldflags=-s
# As in production, stile-vision alone has vector instructions. They measure a face several times as fast. `make test`
# builds the commands once, before the checks that need them.
BUILD_COMMANDS := $(if $(BUILT),@:,$(GO_BUILD) -o bin/ ./cmd/stile ./cmd/stile-dev && \
	GOEXPERIMENT=simd $(GO_BUILD) -o bin/ ./cmd/stile-vision)
# Tests, and the programs that they start, collect garbage a third as often: the collector takes a twentieth to a fifth
# of their time.
IN_MEMORY := GOGC=300 $(abspath scripts/in-memory)
# Without cgo everywhere but in the race detector: one build cache serves vet, builds, linters and the end-to-end tests.
export CGO_ENABLED := 0
# Without the paths of this folder in what is compiled: every clone and worktree uses the packages that one of them has
# built. `go env -w GOFLAGS=-trimpath` does the same for commands of your own.
export GOFLAGS := $(strip $(filter-out -trimpath,$(shell go env GOFLAGS)) -trimpath)
# Tests with the race detector run beside those without it, two packages of each, with four tests each: one test waits
# for a timer, a lease or a lock while another computes.
# Without the vet of go test, because check-vet has run all of go vet.
GO_TEST := $(IN_MEMORY) $(abspath $(GOTESTSUM)) --format pkgname --hide-summary=skipped --jsonfile
GO_TEST_FLAGS := -count=1 -vet=off -p 2 -parallel 4 -timeout 45m
# The race detector watches all but SQLite, which is C translated to Go and would take most of the time, and the code
# that draws and reads pictures in one goroutine, pixel by pixel. It does not watch packages that do one thing at a time, as
# scripts/racing finds, packages whose tests run a Temporal server in their process, vision/serve, whose workers may not
# have the memory that it needs, and e2e, where it would cost ten minutes: the packages that e2e calls have their own
# tests with it.
UNWATCHED := modernc.org/... github.com/makiuchi-d/gozxing/... \
	$(addprefix github.com/stile-id/stile/,internal/faces/... internal/specimen/... \
		$(addprefix vision/,card evaluate face imaging models nn pdf417/... portrait quality text zone/...))
RACE := -race $(UNWATCHED:%=-gcflags=%=-race=false)
PLAIN := /bench$$|/e2e$$|/internal/temporaldev$$|/internal/temporaltest|/cmd/stile-dev$$|/api$$|/models/store$$|/vision/serve$$
# A process with the detector would sleep for a second at its end, to let other goroutines report.
export GORACE := atexit_sleep_ms=50
# FOLDERS lists the folders of all packages, and WATCHED those of the packages that the detector watches.
FOLDERS := go list -f '{{.Dir}}' ./...
WATCHED = go run ./scripts/racing -packages $$($(FOLDERS) | grep -vE '$(PLAIN)')
# Of the API and of the storage suite it watches the tests that do several things at once, the storage on PostgreSQL: the
# others run without it, because they would cost minutes of a processor to find nothing.
RACING := ./api ./models/store

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: dev
dev: ## Build stile-dev and run it: all of Stile in one process; ARGS="--data DIR" and the like are passed on
	go build -o bin/ ./cmd/stile-dev
	bin/stile-dev $(ARGS)

.PHONY: build
build: ## Build stile, stile-vision and stile-dev into bin/, reproducibly
	go build -o bin/ ./cmd/stile ./cmd/stile-vision ./cmd/stile-dev

.PHONY: check
check: tesseract prometheus helm models faces check-format check-vet lint check-serverless check-chart ## Run format, vet, linters and the tests that need no server: before each commit

.PHONY: test
test: postgres interpreters tesseract prometheus helm browser ## Run every check: format, vet, builds, workflow determinism, linters, tests
	@$(MAKE) --no-print-directory AT_ONCE=yes -j 5 check-build models faces runtimes $(NPM_PACKAGES)
	@$(MAKE) --no-print-directory AT_ONCE=yes BUILT=yes -j 2 check-browser check-beside
	@$(MAKE) --no-print-directory AT_ONCE=yes BUILT=yes -j 4 check-plain check-race check-racing check-others
	@$(MAKE) --no-print-directory slowest

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Run the linters: plain words, house rules, and the arrows between packages
	go run ./scripts/plain-words
	$(GOLANGCI_LINT) run
	cd sdk/go && $(abspath $(GOLANGCI_LINT)) run
	cd deploy/helm/test && $(abspath $(GOLANGCI_LINT)) run
	$(GOLANGCI_LINT) run --build-tags faults ./internal/fault/...

.PHONY: fmt
fmt: $(GOLANGCI_LINT) ## Format the code and sort its imports
	$(GOLANGCI_LINT) fmt
	cd sdk/go && $(abspath $(GOLANGCI_LINT)) fmt
	cd deploy/helm/test && $(abspath $(GOLANGCI_LINT)) fmt

.PHONY: openapi
openapi: ## Bundle api/openapi.yaml from the files in api/openapi, and write the types of the Go client
	go run ./scripts/openapi
	go run ./scripts/go-client

.PHONY: web
web: browser $(NPM_PACKAGES) ## Build the pages in web/dist, and the types of their API client
	cd web && npm run --silent types && npm run --silent check && npm run --silent build

.PHONY: models
models: ## Install the models that measure faces in bin/models
	scripts/ensure-models

.PHONY: faces
faces: ## Fetch the pictures of faces that tests use into bin/faces
	scripts/ensure-faces

.PHONY: tfjs
tfjs:
	scripts/ensure-tfjs

.PHONY: pictures
pictures: browser $(NPM_PACKAGES) ## Take the pictures of every screen in docs/img, from a run of the browser tests
	$(BUILD_COMMANDS)
	cd web && rm -rf ../docs/img && STILE_PICTURES=../docs/img npm run --silent e2e

.PHONY: histories
histories: ## Play real sessions and keep the histories of new scenarios, for later code to replay
	go test ./workflows -count=1 -timeout 10m -run '^TestRecordedHistoriesReplay$$' -save-histories

.PHONY: bench
bench: postgres tesseract peers browser models faces tfjs $(NPM_PACKAGES) ## Measure the cost of sessions, deliveries, compliance checks, wallet credentials, faces, handoffs and the page, as ratios; ARGS are passed on
	go run ./bench $(ARGS)
	$(if $(findstring -only,$(ARGS)),,$(GO_BUILD) -o bin/ ./cmd/stile-dev && cd web && node scripts/paint.mjs)

.PHONY: clean
clean: ## Remove the binaries and the tools
	rm -rf bin

# The parts of `make test`. What comes from npm and Debian is fetched while the commands are built. The browser tests
# leave almost half of the time of two processors, which the checks without time limits take, at a lower priority; the
# tests in Go leave some to those of the clients.
.PHONY: check-beside
check-beside:
	@nice -n 10 $(MAKE) --no-print-directory AT_ONCE= check-faults check-code check-web

.PHONY: check-others
check-others: # one after the other, also with -j
	@$(MAKE) --no-print-directory AT_ONCE= check-fuzz check-sdk

.PHONY: postgres
postgres:
	scripts/ensure-postgres

.PHONY: interpreters
interpreters:
	scripts/ensure-interpreters

.PHONY: tesseract
tesseract:
	scripts/ensure-tesseract

.PHONY: peers
peers:
	scripts/ensure-peers

.PHONY: runtimes
runtimes:
	scripts/ensure-runtimes

.PHONY: prometheus
prometheus:
	scripts/ensure-prometheus

.PHONY: helm
helm:
	@scripts/ensure-helm >/dev/null

.PHONY: browser
browser:
	scripts/ensure-browser

# The committed build is that of the sources, and of the OpenAPI document.
.PHONY: check-web
check-web: $(NPM_PACKAGES)
	cd web && npm run --silent types -- --check && npm run --silent check && npm run --silent build -- --check \
		&& npm test --silent
	cd sdk/node && npm test --silent

.PHONY: check-browser
check-browser: $(NPM_PACKAGES)
	$(BUILD_COMMANDS)
	cd web && $(IN_MEMORY) npm run --silent e2e

# The client in Node 18, Bun and Deno, the examples of the documentation, and the client for Go.
.PHONY: check-sdk
check-sdk: $(NPM_PACKAGES) runtimes browser
	$(BUILD_COMMANDS)
	cd sdk/node && $(IN_MEMORY) npm run --silent e2e
	cd sdk/go && $(IN_MEMORY) go test -count=1 ./e2e && CGO_ENABLED=1 go test -race ./stile ./webhook

.PHONY: check-code
check-code: check-format check-vet check-vectors check-workflows check-chart lint

.PHONY: check-format
check-format:
	@unformatted="$$(gofmt -l .)"; if [[ -n "$$unformatted" ]]; then \
		echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi

.PHONY: check-vet
check-vet:
	go vet ./...
	cd sdk/go && go vet ./...
	cd examples/go && go vet ./...
	cd deploy/helm/test && go vet ./...
	go vet -tags faults ./internal/fault/...

# The commands are built into the folders where the tests that run them find them up to date.
.PHONY: check-build
check-build:
	$(BUILD_COMMANDS)

.PHONY: check-faults
check-faults:
	$(GO_BUILD) -tags faults -o bin/test/ ./cmd/stile-dev

.PHONY: check-vectors
check-vectors: # the inner loops of networks with vector instructions, which the other tests do not build
	GOEXPERIMENT=simd go test -vet=off ./vision/nn ./vision/models

# -count=1, because the cache of go test does not know that the tests read the chart through helm.
.PHONY: check-chart
check-chart: helm
	cd deploy/helm/test && go test -count=1 -vet=off ./...

.PHONY: check-workflows
check-workflows: $(WORKFLOWCHECK)
	go vet -vettool=$(abspath $(WORKFLOWCHECK)) ./workflows/...

# Every package but those whose tests start PostgreSQL, Temporal or Node. Go repeats only the tests of changed packages.
.PHONY: check-serverless
check-serverless:
	go test $$(go list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}} ' ./... \
		| grep -vE '/internal/(banktest|pgtest|temporaldev|temporaltest|wallettest) |/worker/workertest |/e2e ' | cut -d ' ' -f 1)
	cd sdk/go && go test ./stile ./webhook

.PHONY: check-fuzz
check-fuzz:
	scripts/fuzz 30 ./methods/wallet/...
	scripts/fuzz 30 ./methods/document/... ./methods/passport/... ./vision/...

# e2e comes first: it takes longer than all others together, mostly waiting.
.PHONY: check-plain
check-plain: $(GOTESTSUM) watched
	$(GO_TEST) bin/test/plain.json -- $(GO_TEST_FLAGS) ./e2e \
		$$($(FOLDERS) | grep -vxFf bin/test/watched | grep -v '/e2e$$')

.PHONY: check-race
check-race: $(GOTESTSUM) watched
	CGO_ENABLED=1 $(GO_TEST) bin/test/race.json -- $(GO_TEST_FLAGS) $(RACE) $$(cat bin/test/watched)

.PHONY: watched
watched:
	@mkdir -p bin/test
	@$(WATCHED) >bin/test/watched

.PHONY: check-racing
check-racing: $(GOTESTSUM)
	@mkdir -p bin/test
	@for folder in $(RACING); do \
		tests="$$(go run ./scripts/racing "$$folder")"; \
		CGO_ENABLED=1 $(GO_TEST) "bin/test/racing-$${folder##*/}.json" -- $(GO_TEST_FLAGS) $(RACE) -run "$$tests" \
			"$$folder" || failed=$$?; \
	done; \
	exit $${failed:-0}

.PHONY: slowest
slowest: $(GOTESTSUM)
	@echo "the slowest tests:"
	@cat bin/test/{plain,race,racing-*}.json | $(GOTESTSUM) tool slowest --num 20

$(NPM_PACKAGES): web/package-lock.json
	cd web && npm ci --silent --ignore-scripts --prefer-offline --no-audit --no-fund

$(GOLANGCI_LINT):
	GOBIN=$(abspath $(TOOLS)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv $(TOOLS)/golangci-lint $@

$(WORKFLOWCHECK):
	GOBIN=$(abspath $(TOOLS)) go install go.temporal.io/sdk/contrib/tools/workflowcheck@$(WORKFLOWCHECK_VERSION)
	mv $(TOOLS)/workflowcheck $@

$(GOTESTSUM):
	GOBIN=$(abspath $(TOOLS)) go install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)
	mv $(TOOLS)/gotestsum $@
