#!/usr/bin/env bash
# Write both locks again: the newest versions that pyproject.toml allows, with hashes, for every Python and system.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(command -v uv || printf '%s\n' .venv/bin/uv)

pin() {
    local name=$1
    shift
    "$uv" pip compile --quiet --universal --upgrade --generate-hashes --no-strip-extras --python-version 3.11 \
        --no-emit-index-url --no-emit-find-links --no-header "$@" \
        pyproject.toml requirements/build.in --output-file "requirements/$name.lock"
}

pin demo --extra demo
pin dev --extra demo --extra dev
