#!/usr/bin/env bash
# Show the demo beside Textual's developer console: two panes of tmux, or two commands to type where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

console=$PWD/.venv/bin/textual\ console
app="env TEXTUAL=debug,devtools $PWD/.venv/bin/trainctl-tui demo"

if ! command -v tmux >/dev/null 2>&1; then
    printf '%s\n' "tmux is not installed, so run these in two terminals:" "  $console" "  $app"
elif [ -n "${TMUX:-}" ]; then
    tmux split-window -h "$console"
    exec $app
else
    tmux new-session -d -s trainctl-console -x 200 -y 50 "$console"
    tmux split-window -h -b -l 120 -t trainctl-console "$app"
    exec tmux attach-session -t trainctl-console
fi
