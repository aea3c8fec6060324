# Sourced by test.sh: a PostgreSQL cluster of our own for the time of the tests, with C
# collation as the program demands it, on a free loopback port, removed afterwards.

# initdb refuses root: then user postgres runs the server.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  echo "no free port found on 127.0.0.1" >&2
  return 1
}

# Starts the cluster and sets TEST_DATABASE_URL.
start_postgres() {
  pg_bin=$(find_postgres)
  pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/silverclass-postgres.XXXXXX")
  [ "$(id -u)" = 0 ] && chown postgres "$pg_dir"
  pg_port=$(free_port)
  (
    cd "$pg_dir" # a directory that user postgres may stand in
    as_postgres "$pg_bin/initdb" --pgdata="$pg_dir/data" --username=postgres --auth=trust \
      --locale=C --encoding=UTF8 --no-sync >"$pg_dir.log" 2>&1 &&
    as_postgres "$pg_bin/pg_ctl" --pgdata="$pg_dir/data" --log="$pg_dir/server.log" --wait start \
      -o "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$pg_dir' -c max_connections=300 -c fsync=off -c full_page_writes=off" \
      >>"$pg_dir.log" 2>&1
  ) || { cat "$pg_dir.log" "$pg_dir/server.log" >&2; return 1; }
  export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$pg_port/postgres?sslmode=disable"
}

stop_postgres() {
  [ -n "${pg_dir:-}" ] || return 0
  (cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" --pgdata="$pg_dir/data" --mode=immediate stop >/dev/null 2>&1) || true
  rm -rf "$pg_dir" "$pg_dir.log"
  unset pg_dir TEST_DATABASE_URL
}
