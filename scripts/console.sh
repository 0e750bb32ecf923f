#!/usr/bin/env bash
# Show the demo beside Textual's developer console: two panes of tmux, or two commands to type where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

port=8081
console="$PWD/.venv/bin/textual console --port $port"
app="env TEXTUAL=debug,devtools TEXTUAL_DEVTOOLS_PORT=$port $PWD/.venv/bin/trainctl-tui demo"

if ! command -v tmux >/dev/null 2>&1; then
    printf '%s\n' "tmux is not installed, so run these in two terminals:" "  $console" "  $app"
    exit 0
fi

# The app looks for the console once, when it starts.
wait_for_console() {
    for _ in $(seq 100); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
        sleep 0.1
    done
    printf '%s\n' "The console does not answer on port $port. Is another program using it?" >&2
    return 1
}

if [ -n "${TMUX:-}" ]; then
    tmux split-window -d -h "$console"
    wait_for_console
    exec $app
fi
session=trainctl-console-$$
tmux new-session -d -s "$session" -x "$(tput cols)" -y "$(tput lines)" "$console"
wait_for_console
tmux split-window -h -b -l 65% -t "$session" "$app"
exec tmux attach-session -t "$session"
