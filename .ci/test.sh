#!/usr/bin/env bash
# All tests, stage by stage, with the seconds of each. Stops at the first stage that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
# shellcheck source=/dev/null
. .ci/tools.sh
# shellcheck source=/dev/null
. .ci/postgres.sh
trap stop_postgres EXIT

table=()
# stage NAME COMMAND…: runs it, and remembers the seconds it took.
stage() {
  local name=$1 from=$SECONDS
  shift
  echo "== $name"
  if ! "$@"; then
    echo "FAILED: $name, after $((SECONDS - from)) s" >&2
    exit 1
  fi
  table+=("$(printf '%5d s  %s' $((SECONDS - from)) "$name")")
}

tidy() {
  local unformatted
  unformatted=$(gofmt -l app courses live locales quizzes static)
  if [ -n "$unformatted" ]; then
    printf 'not formatted (make fmt):\n%s\n' "$unformatted" >&2
    return 1
  fi
  go vet ./... && go vet -tags browser ./app/...
}

# The packages whose tests open a database.
with_database() {
  go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "silverclass/app/db/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "silverclass/app/db/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}' ./... | sort -u
}

# TEST_DATABASE_URL is unset here, so a temporary SQLite file stands behind each test.
on_sqlite() { env -u TEST_DATABASE_URL go test ./...; }

on_postgres() {
  start_postgres || return 1
  # shellcheck disable=SC2046 # one word a package
  go test $(with_database)
}

with_race_detector() {
  # shellcheck disable=SC2031
  CGO_ENABLED=1 env -u TEST_DATABASE_URL go test -race ./app/ledger ./app/people ./app/room ./live
}

# A learner's tap counts 700 ms after a page came (K7): four windows at a time use the wait.
in_browser() {
  E2E_PROGRAM="$PWD/silverclass" E2E_CHROMIUM="$(find_chromium)" \
    go test -tags browser -p 1 -parallel 6 -count=1 -timeout 15m ./app/e2e ./app/tour ./live
}

stage "tools: Chromium, Chinese fonts, PostgreSQL, gcc, Node" require_tools
stage "npm and build" make --no-print-directory build
stage "gofmt and vet" tidy
stage "rules and units, on SQLite" on_sqlite
stage "stores, on PostgreSQL" on_postgres
stage "race detector: ledger, people, room, live" with_race_detector
stage "browser: the story, the walker, kills, two processes" in_browser

echo
printf '%s\n' "${table[@]}"
printf '%5d s  in all\n' "$SECONDS"
