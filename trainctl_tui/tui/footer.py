"""The footer: the most wanted keys, as many as fit."""

from __future__ import annotations

from rich.text import Text

from trainctl_tui.tui.commands import Group, footer


def footer_line(width: int, read_only: bool = False) -> Text:
    """Return the keys that fit in ``width`` cells; help and quit always do. Read-only runs have fewer."""
    commands = [command for command in footer() if not (read_only and command.group is Group.ACT)]
    always = [command for command in commands if command.action in {"help", "quit"}]
    chosen = [command for command in commands if command not in always]
    line = Text()
    room = width - sum(_length(command.shown, command.label) for command in always)
    for command in chosen:
        length = _length(command.shown, command.label)
        if length > room:
            break
        room -= length
        _append(line, command.shown, command.label)
    for command in always:
        _append(line, command.shown, command.label)
    return line


def _length(shown: str, label: str) -> int:
    return len(shown) + len(label) + 3


def _append(line: Text, shown: str, label: str) -> None:
    line.append(f" {shown}", "bold")
    line.append(f" {label} ", "dim")
