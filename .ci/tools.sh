# Sourced by test.sh: finds what the tests need besides Go, or gets it, or says how to.
# On Debian and Ubuntu as root it installs what is missing; elsewhere it stops.

# The newest PostgreSQL server on this machine, 15 or later: the directory of its programs.
find_postgres() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin 2>/dev/null | sort -rV) \
             $(dirname "$(command -v initdb || echo /none/initdb)"); do
    if [ -x "$dir/initdb" ] && [ "$("$dir/initdb" --version | grep -oE '[0-9]+' | head -n 1)" -ge 15 ]; then
      echo "$dir"
      return
    fi
  done
}

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

has_chinese_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]; }

has_node() { command -v npm >/dev/null && [ "$(node --version 2>/dev/null | grep -oE '[0-9]+' | head -n 1)" -ge 20 ] 2>/dev/null; }

# The names of what is missing, one a line.
missing_tools() {
  command -v gcc >/dev/null || echo gcc
  find_chromium >/dev/null || echo chromium
  has_chinese_font || echo fonts
  [ -n "$(find_postgres)" ] || echo postgresql
  has_node || echo node
}

# The Debian packages that bring one missing thing.
packages_for() {
  case $1 in
    gcc) echo gcc libc6-dev ;;
    chromium) echo chromium ;;
    fonts) echo fontconfig fonts-noto-cjk ;;
    postgresql) echo postgresql ;;
    node) echo nodejs npm ;;
  esac
}

# What a person on another system is told.
advice_for() {
  case $1 in
    gcc) echo "gcc: a C compiler, for the race detector (Debian: gcc libc6-dev; macOS: xcode-select --install)" ;;
    chromium) echo "chromium: Chromium or Google Chrome, for the browser tests (Debian: chromium)" ;;
    fonts) echo "fonts: a Chinese font, so that pages measure as people see them (Debian: fontconfig fonts-noto-cjk)" ;;
    postgresql) echo "postgresql: the server programs of PostgreSQL 15 or later (Debian: postgresql; macOS: brew install postgresql@15)" ;;
    node) echo "node: Node 20 or later with npm (https://nodejs.org; Debian 13 and Ubuntu 25.04: nodejs npm)" ;;
  esac
}

require_tools() {
  local missing what
  missing=$(missing_tools)
  [ -z "$missing" ] && return
  if [ "$(id -u)" = 0 ] && grep -qsE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release; then
    echo "installing with apt-get: $(for what in $missing; do packages_for "$what"; done | tr '\n' ' ')"
    apt-get update -q
    # shellcheck disable=SC2046 # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      $(for what in $missing; do packages_for "$what"; done)
    missing=$(missing_tools)
    [ -z "$missing" ] && return
  fi
  echo "The tests need what this machine does not have:" >&2
  for what in $missing; do echo "  $(advice_for "$what")" >&2; done
  exit 1
}
