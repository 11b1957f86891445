#!/bin/sh
# The very first step: find a Python (3.11 or newer), install one where there is none,
# and hand over to deploy/__main__.py.  Everything else of the set-up is Python.
set -eu
cd "$(dirname "$0")/.."

find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

install_python() {
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo"
        command -v sudo >/dev/null || return 1
        [ -t 0 ] || as_root="sudo -n"
    fi
    command -v apt-get >/dev/null || return 1
    echo "  missing: Python (everything here is written in it): installing python3 python3-venv"
    $as_root apt-get update -qq || true
    said=$($as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes \
        --no-install-recommends python3 python3-venv 2>&1) || { echo "$said" >&2; return 1; }
}

if ! find_python; then
    install_python && find_python || {
        echo "Python 3.11 or newer is missing; as root, run: apt-get install python3 python3-venv" >&2
        exit 1
    }
fi
exec "$python" -m deploy "$@"
