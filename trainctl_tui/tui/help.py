"""The help screen, generated from the command table and the filter's own words."""

from __future__ import annotations

from rich.text import Text

from trainctl_tui.tui.commands import COMMANDS, Group

_FILTER = (
    ("word", "rows whose shown columns contain it"),
    ('"two words"', "the same, with a space"),
    ("/regex/", "rows whose shown columns match"),
    ("!x", "not x, such as !is:healthy"),
    ("state:running", "also type: az: region: owner: name: id: tag: of:ID"),
    ("tag:team=nlp", "exact; tag:team~nl for a part, tag:team for any value"),
    ("age>7d", "s m h d w; also size> iops> vcpus> gpus> cost> snapshots>"),
    (
        "is:protected",
        "also is:mine is:ours is:spot is:healthy is:waste is:attached is:encrypted is:orphan is:dies",
    ),
    ("a b | c", "(a and b) or c"),
)


def help_text() -> Text:
    """Return all keys by group, then the filter language."""
    text = Text()
    for group in Group:
        text.append(f"{group.value}\n", "bold underline")
        for command in COMMANDS:
            if command.group is group:
                text.append(f"  {command.shown:<14}", "bold")
                text.append(f"{command.help}\n")
        text.append("\n")
    text.append("Filter (/)\n", "bold underline")
    for example, meaning in _FILTER:
        text.append(f"  {example:<18}", "bold")
        text.append(f"{meaning}\n")
    text.append("  What is not known matches neither x nor !x; the title counts such rows.\n", "dim")
    return text
