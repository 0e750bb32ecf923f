#!/usr/bin/env bash
# Make .venv hold exactly one lock: `scripts/setup.sh demo|dev STAMP`. Called by make, which knows when it is due.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$1
stamp=$2
lock=requirements/$wanted.lock
venv_python=.venv/bin/python

say() { printf '%s\n' "trainctl-tui: $*" >&2; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed, and none of ${PYTHON:-python3.13, python3.12, python3.11, python3} is." \
        "Install one (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3"
    exit 1
}

fill_with_uv() {
    uv venv --quiet --no-python-downloads --clear --python "$1" .venv \
        && uv pip sync --quiet --python "$venv_python" --require-hashes "$lock" \
        && uv pip install --quiet --python "$venv_python" --no-deps --no-build-isolation --editable .
}

fill_with_pip() {
    if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        say "$1 cannot make virtual environments. Install python3-venv" \
            "(Debian: apt-get install python3-venv), then run make again."
        exit 1
    fi
    if ! { is_new_enough "$venv_python" && "$venv_python" -m pip --version >/dev/null 2>&1; }; then
        "$1" -m venv --clear .venv
    fi
    "$venv_python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
    "$venv_python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

python=$(find_python)
say "setting up .venv from $lock with $python (once; a minute or two)"
if ! command -v uv >/dev/null 2>&1; then
    fill_with_pip "$python"
elif ! fill_with_uv "$python"; then
    say "uv could not do it; trying pip"
    fill_with_pip "$python"
fi
rm -f .venv/.stamp-*
touch "$stamp"
