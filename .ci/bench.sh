#!/usr/bin/env bash
# Speed and size as a table, beside a yardstick of the same run. `make bench` builds first.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
BENCH_PROGRAM="$PWD/silverclass" go test -tags bench -count=1 -timeout 20m -run '^TestBench$' -v ./app | grep -v '^=== \|^--- \|^PASS\|^ok'
go test -tags bench -count=1 -timeout 10m -run '^TestRotationFigure$' -v ./app/people | grep '^|'
