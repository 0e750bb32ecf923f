"""The one table of keys. Footer, help, command palette and README are generated from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Group(StrEnum):
    """Where a command stands in the help."""

    MOVE = "Move"
    LOOK = "Look"
    MARK = "Mark"
    ACT = "Act"
    CLOUD = "Cloud"
    TAKE = "Take away"
    APP = "Program"


@dataclass(frozen=True)
class Command:
    """One thing a user can ask for.

    ``action`` is the action on the dashboard ("" where the focused table does it), ``keys`` are
    Textual key names, ``shown`` how the help prints them, ``footer`` its rank in the footer (0: never).
    """

    action: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    group: Group
    footer: int = 0


COMMANDS: tuple[Command, ...] = (
    Command("", ("j", "down"), "j ↓", "down", "Move down a row.", Group.MOVE),
    Command("", ("k", "up"), "k ↑", "up", "Move up a row.", Group.MOVE),
    Command("", ("g", "home"), "g Home", "first", "Go to the first row.", Group.MOVE),
    Command("", ("G", "end"), "G End", "last", "Go to the last row.", Group.MOVE),
    Command("", ("pagedown", "pageup"), "PgDn PgUp", "page", "Move a page down or up.", Group.MOVE),
    Command("", ("left", "right"), "← →", "scroll", "Scroll sideways to more columns.", Group.MOVE),
    Command("next_pane", ("tab",), "Tab", "pane", "Go to the next pane.", Group.MOVE, 11),
    Command("previous_pane", ("shift+tab",), "Shift+Tab", "back a pane", "Go back a pane.", Group.MOVE),
    Command("pane(1)", ("1",), "1", "Instances", "Go to the Instances pane.", Group.MOVE),
    Command("pane(2)", ("2",), "2", "Volumes", "Go to the Volumes pane.", Group.MOVE),
    Command("pane(3)", ("3",), "3", "Snapshots", "Go to the Snapshots pane.", Group.MOVE),
    Command("pane(4)", ("4",), "4", "Operations", "Go to the Operations pane.", Group.MOVE),
    Command(
        "details",
        ("enter",),
        "Enter",
        "details",
        "Open the details of the row; there, follow a →.",
        Group.LOOK,
        2,
    ),
    Command(
        "back",
        ("escape",),
        "Esc",
        "back",
        "Close what is open, or go back to where you came from.",
        Group.LOOK,
    ),
    Command(
        "below",
        ("greater_than_sign",),
        ">",
        "below",
        "Go to the volumes of a machine, or the snapshots of a volume.",
        Group.LOOK,
    ),
    Command(
        "above",
        ("less_than_sign",),
        "<",
        "above",
        "Go to the volume of a snapshot, or the machine of a volume.",
        Group.LOOK,
    ),
    Command("filter", ("slash",), "/", "filter", "Filter the rows of this pane.", Group.LOOK, 1),
    Command("order", ("o",), "o", "order", "Order by another column.", Group.LOOK, 8),
    Command("reverse", ("O",), "O", "reverse", "Reverse the order.", Group.LOOK),
    Command("columns", ("c",), "c", "columns", "Choose the columns of this pane.", Group.LOOK),
    Command("terminated", ("H",), "H", "ended", "Show or hide terminated instances.", Group.LOOK),
    Command("waste", ("W",), "W", "waste", "Show only what could be cleaned up, or all.", Group.LOOK),
    Command(
        "console", ("l",), "l", "console", "Show the last console lines of the instance.", Group.LOOK, 10
    ),
    Command("raw", ("J",), "J", "raw", "Show the provider's own description as JSON.", Group.LOOK),
    Command("messages", ("m",), "m", "messages", "Show warnings and errors in full.", Group.LOOK),
    Command("metrics", ("M",), "M", "metrics", "Show calls, lanes, cache and frame times.", Group.LOOK),
    Command("", ("space",), "Space", "mark", "Mark or unmark the row, and move down.", Group.MARK, 4),
    Command("", ("V", "ctrl+@"), "V Ctrl+Space", "range", "Mark from the last mark to here.", Group.MARK),
    Command("", ("asterisk",), "*", "all", "Mark all rows that are shown.", Group.MARK),
    Command("", ("backslash",), "\\", "clear", "Clear all marks.", Group.MARK),
    Command("start", ("S",), "S", "start", "Plan to start the instance, or the marked ones.", Group.ACT),
    Command("stop", ("x",), "x", "stop", "Plan to stop the instance, or the marked ones.", Group.ACT, 6),
    Command(
        "terminate",
        ("t",),
        "t",
        "terminate",
        "Plan to terminate the instance, or the marked ones.",
        Group.ACT,
        5,
    ),
    Command("delete", ("D",), "D", "delete", "Plan to delete the volumes or snapshots.", Group.ACT),
    Command("attach", ("A",), "A", "attach", "Pick an instance to attach the volumes to.", Group.ACT),
    Command("detach", ("d",), "d", "detach", "Plan to detach the volumes.", Group.ACT),
    Command("snapshot", ("p",), "p", "snapshot", "Plan snapshots of the volumes.", Group.ACT),
    Command("protect", ("v",), "v", "protect", "Plan to protect these, or to unprotect them.", Group.ACT),
    Command(
        "acts",
        ("a",),
        "a",
        "actions",
        "Pick an act: reboot, modify, create, restore, keep, tags.",
        Group.ACT,
        7,
    ),
    Command(
        "refresh", ("r",), "r", "refresh", "Read the cloud now, with renewed credentials.", Group.CLOUD, 3
    ),
    Command(
        "cleanup", ("C",), "C", "clean up", "See what could be cleaned up, and why; plan it.", Group.CLOUD
    ),
    Command("pause", ("z",), "z", "pause", "Stop or resume refreshing by the clock.", Group.CLOUD, 13),
    Command("regions", ("R",), "R", "regions", "Choose the regions to watch.", Group.CLOUD, 12),
    Command("profiles", ("P",), "P", "profiles", "Change to another profile.", Group.CLOUD),
    Command("copy_id", ("y",), "y", "copy id", "Copy the id, or the marked ids.", Group.TAKE),
    Command("copy_row", ("Y",), "Y", "copy row", "Copy the row, or the marked rows, as JSON.", Group.TAKE),
    Command("export", ("e",), "e", "export", "Write the shown rows to a CSV or JSON file.", Group.TAKE, 14),
    Command("screenshot", (), "palette", "screenshot", "Save a picture of the screen (SVG).", Group.TAKE),
    Command("command", ("colon",), ":", "command", "Type a command; see where it leads first.", Group.APP, 9),
    Command("palette", ("ctrl+p",), "Ctrl+P", "palette", "Find any command by its name.", Group.APP),
    Command("theme", ("T",), "T", "theme", "Change the colours.", Group.APP),
    Command("help", ("question_mark",), "?", "help", "Show this help.", Group.APP, 15),
    Command(
        "suspend",
        ("ctrl+z",),
        "Ctrl+Z",
        "suspend",
        "Go back to the shell for a while; fg returns.",
        Group.APP,
    ),
    Command("quit", ("q",), "q", "quit", "Leave.", Group.APP, 16),
)


def bindings(commands: Iterable[Command] = COMMANDS) -> list[Binding]:
    """Return the key bindings of the dashboard; those of the table are its own."""
    return [
        Binding(key, command.action, command.label, show=False)
        for command in commands
        if command.action
        for key in command.keys
    ]


def footer(commands: Iterable[Command] = COMMANDS) -> tuple[Command, ...]:
    """Return the commands of the footer, the most wanted first."""
    return tuple(sorted((c for c in commands if c.footer), key=lambda c: c.footer))


def key_table(commands: Iterable[Command] = COMMANDS) -> str:
    """Return the key table of the README, as Markdown."""
    lines = ["| Key | What it does |", "|---|---|"]
    for group in Group:
        lines.append(f"| **{group}** | |")
        lines += [f"| `{command.shown}` | {command.help} |" for command in commands if command.group is group]
    return "\n".join(lines)
