"""Write docs/safety.md from the rules in force (``make safety``); a test compares the two."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainctl_tui.domain import limits, rules_table
from trainctl_tui.domain.acts import Act, Verdict
from trainctl_tui.domain.rule import Rule
from trainctl_tui.headless.config import described, literal
from trainctl_tui.settings_layers import SAFETY, written
from trainctl_tui.view_settings import ViewSettings, expected

PAGE = Path(__file__).resolve().parents[2] / "docs" / "safety.md"

_HEAD = """\
# What may be done, and how

This page is generated from the rules in force (`make safety`). Do not edit it.

Every act on a machine is judged twice by the same function: for the plan that you read, and for each target
at the moment of the act, on facts read within the last 15 s. **The highest verdict of all rows that hold
wins**, and every reason is shown. A fact that cannot be read counts as its worst value. Ages use the
provider's clock.

| Verdict | What it takes |
|---|---|
| WARN | `y`, or `--yes` |
| TYPE | the last 8 characters of the id; for a batch the verb and the number, such as `terminate 8` |
| REFUSE | nothing opens it, except for D8 |

**Mine** is what names `safety.user` in its tag `trainctl:user` or `runctl:user`, or else in one of
`safety.owner_keys`; a **colleague's** names another; **ours** was made by trainctl and names nobody; all
else is **foreign**. Without `safety.user` nothing is mine. **Protected** is what has a tag `protected`,
`important` or `persistent` of `trainctl:` or `runctl:`, or one of `safety.protected_keys`, in any spelling
and with any value but `false`, `0`, `no`, `off`.

A batch shows three groups: what goes, what **needs your word** one by one (its key, or `--include ID`), and
what is left out. Whatever changed between the plan and the act, a tag, a state, a volume, is named, and
that target is skipped.

Two pairs of rows are ordered by the table and not by danger: a job that runs refuses a terminate where a
job that is not known asks for a phrase (D8, D9), and a stop warns of the first and asks for a phrase for
the second (D16, D17).
"""


def page() -> str:
    """Return the page as it should be."""
    parts = [
        _HEAD,
        _table("At any moment", rules_table.MOMENT),
        _table("One target", (rules_table.NOT_KNOWN, rules_table.SETTLED, *rules_table.TARGET, limits.MOST)),
        "D29 of the next table holds for one target as well.\n",
        _table("All targets of a batch together", limits.BATCH_RULES),
        _settings(),
    ]
    return "\n".join(parts)


def _table(title: str, rules: Iterable[Rule[Any]]) -> str:
    lines = [f"## {title}\n", "| # | Act | Facts | Verdict |", "|---|---|---|---|"]
    for rule in rules:
        acts = "any" if rule.acts == tuple(Act) else ", ".join(rule.acts)
        lines.append(f"| {rule.row} | {acts} | {rule.facts} | {_verdict(rule)} |")
    return "\n".join(lines) + "\n"


def _verdict(rule: Rule[Any]) -> str:
    if rule.settled:
        return "nothing to do, said"
    words = rule.verdict.name
    if rule.in_batch is not None:
        words += f"; {rule.in_batch.name} in a batch"
    if rule.by_word and rule.verdict is Verdict.TYPE:
        words += "; in a batch left out unless included one by one"
    return words


def _settings() -> str:
    about = described()
    lines = ["## Settings\n", "| Setting | Default | What it is |", "|---|---|---|"]
    for name in ("read_only", *SAFETY):
        words = f"{about[name]} It takes {expected(name).removeprefix('it takes ')}."
        lines.append(f"| `{written(name)}` | `{literal(getattr(ViewSettings(), name))}` | {words} |")
    lines.append(
        "\nThey stand in the table `[safety]` of the file of settings, and may differ for one profile in "
        "`[profiles.NAME.safety]`.\n`trainctl-tui config show` prints each with its origin. "
        "Where the dashboard cannot read one of them, it is read-only."
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
