#!/usr/bin/env bash
# What `make` needs before Python can take over.
#   environment LOCK   make $VENV from LOCK (every package by hash) and put this project into it
#   system             what the whole test suite needs of the machine: Chromium, PostgreSQL, Vietnamese letters
#   clean-data         remove the data folder, unless a run uses it
# Packages come through apt where that is allowed (root, or sudo without a password); else the exact line is printed.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
venv=${VENV:-.venv}

fail() { printf '%s\n' "$@" >&2; exit 1; }

# apt_install PURPOSE PACKAGE…
apt_install() {
    local purpose=$1 as=()
    shift
    local line="sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    command -v apt-get >/dev/null || fail "$purpose is missing. On Debian: $line"
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || fail "$purpose is missing. Install it with:" "" "    $line" ""
        as=(sudo -n)
    fi
    echo "Installing $* through apt: $purpose is missing."
    # The lists may be old or absent; where they cannot be had, the install says so.
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 update || true
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 install -y --no-install-recommends "$@" ||
        fail "apt-get could not install it. By hand:" "" "    $line" ""
}

environment() {
    local lock=$1
    command -v "$python" >/dev/null || apt_install "Python 3" python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or later is needed; $python is $("$python" -V). Name another one: make PYTHON=/path/to/python3"
    # Debian keeps what makes an environment in a package of its own.
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        apt_install "Python's venv" "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    # An environment whose Python has gone (a new release, a moved folder) is made anew.
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || rm -rf "$venv"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock"
    # Editable, with the build backend that the lock has just installed: nothing unlocked is fetched.
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
}

system() {
    local wanted=()
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || wanted+=(chromium)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || wanted+=(postgresql)
    [ -n "$(fc-list ':lang=vi' 2>/dev/null | head -n 1)" ] || wanted+=(fontconfig fonts-dejavu-core)
    [ ${#wanted[@]} = 0 ] || apt_install "What the tests need" "${wanted[@]}"
}

clean_data() {
    local data=${BANGVANG_DATA:-data} pid
    [ -e "$data" ] || exit 0
    pid=$(cat "$data/supervisord.pid" 2>/dev/null || true)
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
        fail "A run uses $data (process $pid). Stop it first."
    fi
    # Only a folder that a run has made: a wrong BANGVANG_DATA must not cost anything else.
    [ -e "$data/supervisord.conf" ] || [ -e "$data/kafka" ] || [ -e "$data/db" ] || fail "$data does not look like the data of a run: it is left alone."
    rm -rf -- "$data"
    echo "Removed $data."
}

case ${1:-} in
    environment) environment "${2:?lock file}" ;;
    system) system ;;
    clean-data) clean_data ;;
    *) fail "usage: $0 environment LOCK | system | clean-data" ;;
esac
