# The daily commands; `make` alone lists them. No cgo: the program is cross-built for
# Windows laptops and ARM boxes (only the race stage of `make test` uses it).
export CGO_ENABLED := 0
.DEFAULT_GOAL := help
.PHONY: help run demo test bench lint fmt golden hant build cross

# What the program needs from npm: the lock file decides, one file is copied and embedded.
modules := static/_npm/node_modules/.package-lock.json
vendor  := static/vendor/livekit-client.umd.js

# Stripped, and without inlining in what is large and not on a learner's path: a tenth
# smaller for a laptop's disk. .ci/run builds for other platforms the same way.
rare := gorm.io github.com/google/cel-go github.com/antlr4-go github.com/redis github.com/nats-io google.golang.org/grpc github.com/xuri github.com/livekit/protocol
lean := -ldflags '-s -w' $(foreach p,$(rare),-gcflags='$(p)/...=-l') -gcflags='silverclass/...=-l'

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and start on http://localhost:8080 with the data in ./data
	./silverclass

demo: build ## build and start a made-up city in a data directory of its own
	./silverclass demo

test: ## everything that must hold; says the seconds of each stage
	@.ci/test.sh

bench: build ## speed and size as a table, with the machine and the seed
	@.ci/bench.sh

lint: ## golangci-lint, pinned in .tools/go.mod
	go tool -modfile=.tools/go.mod golangci-lint run ./...

fmt: ## format all Go files
	gofmt -w app courses live locales quizzes static

golden: ## write the golden pages and the route table anew; read the diff afterwards
	GOLDEN=update go test ./...

hant: $(modules) ## derive the traditional Chinese of all content and locales anew (seconds)
	node static/_npm/hant.mjs

build: $(vendor) ## build ./silverclass
	go build $(lean) -o silverclass ./app

cross: $(vendor) ## build for GOOS and GOARCH, to see that it does
	go build $(lean) -o /dev/null ./app

$(modules): static/_npm/package.json static/_npm/package-lock.json
	cd static/_npm && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(vendor): $(modules)
	cp static/_npm/node_modules/livekit-client/dist/livekit-client.umd.js $@
