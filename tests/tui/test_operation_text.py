"""What the Operations pane says of acts on volumes and snapshots."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from tests.support.boards import operation, target
from tests.support.rows import NOW
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.orders import Change
from trainctl_tui.tui import operation_text as told


@pytest.mark.parametrize(
    ("act", "held", "words"),
    [
        (Act.SNAPSHOT, {"made": "snap-0a", "state": "pending 40 %"}, ("snapshot 1 volume", "pending 40 %")),
        (Act.RESTORE, {"made": "vol-0b", "outcome": Outcome.DONE}, ("made vol-0b",)),
        (Act.ATTACH, {"state": "attaching"}, ("to i-7 as /dev/sdf",)),
        (Act.DELETE, {"outcome": Outcome.DONE}, ("delete 1 volume", "1/1")),
    ],
)
def test_acts_on_volumes_say_what_was_asked_and_what_was_made(
    act: Act, held: dict[str, Any], words: tuple[str, ...]
) -> None:
    id = "vol-00000000000000001"
    one = replace(target(1), id=id, **held)
    made = replace(
        operation(1, OpState.RUNNING, one, act=act), changes={id: Change(instance="i-7", device="/dev/sdf")}
    )
    console = Console(width=100, file=StringIO())
    console.print(told.block(made, NOW, here=True, opened=True))
    text = console.file.getvalue()
    assert all(word in text for word in words)
