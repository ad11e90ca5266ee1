# Jenner's commands; `make help` lists them. Nothing but Go is needed, save for
# `race` (a C compiler) and what a comment names.

GO      ?= go
BASE    ?= http://127.0.0.1:8080/fhir
STORE   ?= pebble:data/jenner
FUZZTIME ?= 10s

export CGO_ENABLED ?= 0

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/jenner
	$(GO) build -trimpath -o bin/jenner ./server/cmd/jenner

.PHONY: run
run: build ## serve on the embedded store at 127.0.0.1:8080
	bin/jenner serve --store $(STORE)

.PHONY: seed
seed: build ## load the example data into the server that runs
	bin/jenner import --server $(BASE) conformance/examples/child.json

.PHONY: test
test: ## all tests; lists what was skipped and why
	$(GO) tool gotestsum --format pkgname --format-hide-empty-pkg -- ./...

.PHONY: race
race: ## all tests under the race detector, with the long ones shortened
	CGO_ENABLED=1 $(GO) test -race -short ./...

.PHONY: lint
lint: ## gofmt, go vet, staticcheck, and a tidy go.mod
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt needed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

.PHONY: check
check: lint build test race crash fuzz ## everything CI runs

.PHONY: crash
crash: ## kill the store's process at random moments (JENNER_CRASH_ROUNDS=n for more)
	JENNER_CRASH_ROUNDS=$${JENNER_CRASH_ROUNDS:-20} $(GO) test -count=1 -run 'Crash|Kill' -v ./resources/pebblestore ./operations/current

# Up to Go 1.26 a fuzz test whose time is over now and then fails with nothing
# but "context deadline exceeded" (https://go.dev/issue/75804). An input that
# fails is reported otherwise: with its file, or as a worker that hung.
.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME each
	@mkdir -p bin; grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r package; do \
		for name in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$package/*_test.go | cut -d' ' -f2); do \
			echo "fuzz $$package $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$package 2>&1 | tee bin/fuzz.log; \
			grep -q '^ok ' bin/fuzz.log || grep -qx '    context deadline exceeded' bin/fuzz.log || exit 1; \
		done; \
	done

.PHONY: conformance
conformance: ## judge the FHIR server at BASE, requirement by requirement
	$(GO) run ./conformance/cmd/suite --base $(BASE)

.PHONY: cdsi
cdsi: ## the CDC's test cases from ../shared/cdsi, by vaccine group
	$(GO) test -count=1 -v -run Cases ./forecast/cdsitest

.PHONY: bench
bench: ## the committed benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./forecast ./fhir/... ./resources/... ./operations/... ./server/...

.PHONY: generate
generate: ## regenerate R4's definitions (downloads them once) and, from CDSI=folder, the schedule
	$(GO) run ./fhir/definitions/cmd/r4gen
	@if test -n "$(CDSI)"; then $(GO) run ./forecast/schedule/cmd/cdsigen -in "$(CDSI)"; else echo "schedule left as it is: name the folder of the CDC's XML with CDSI=..."; fi

.PHONY: verify
verify: generate ## fail if generated files are not what the generators make
	git diff --exit-code -- fhir/definitions forecast/schedule
