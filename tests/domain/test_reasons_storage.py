"""Every reason about a volume, a snapshot or a tag names the thing and the cause."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import (
    HOLDER,
    HOST,
    NOW,
    held,
    judged,
    machine,
    ready,
    snapshot,
    volume,
)
from tests.support.storage import (
    ATTACH,
    DAY,
    DELETE,
    DETACH,
    LOCKED,
    MODIFY,
    OTHER,
    RESTORE,
    copy,
    disk,
    shared,
    to_host,
)
from trainctl_tui.domain.acts import Act, Facts, Verdict
from trainctl_tui.domain.orders import Change


@pytest.mark.parametrize(
    ("act", "facts", "asked", "reason"),
    [
        (DELETE, held(name="box"), {}, "It is attached to i-0000000000000000a (box). Detach it first."),
        (DELETE, volume(state="in-use"), {},
         "It is in-use, not available: it may be attached. Detach it first."),
        (DELETE, disk(snapshot_at=NOW - 3 * 3600), {}, "Its newest snapshot is 3 h old."),
        (DELETE, disk(snapshot_at=NOW - 2 * DAY), {}, "Its newest snapshot is 2 days old."),
        (DELETE, disk(snapshot_at=NOW - 9 * DAY), {},
         "Its newest snapshot is 9 days old: snapshot it first."),
        (DELETE, disk(snapshot_at=None), {}, "It has no completed snapshot: snapshot it first."),
        (DELETE, disk(snapshots=None), {}, "Whether it has a snapshot could not be read: snapshot it first."),
        (DELETE, copy(images=("ami-1", "ami-2")), {}, "ami-1, ami-2 is made of it. Deregister that first."),
        (DELETE, copy(volume_exists=False), {},
         "Its volume vol-0000000000000000a is gone: it may be the only copy."),
        (DELETE, volume(launched_at=None), {}, "When it was made is unknown."),
        (ATTACH, to_host(zone="us-east-1b"), {},
         "It is in us-east-1a, and i-0000000000000000a in us-east-1b: a volume is attached within its zone."),
        (ATTACH, shared(multi_attach=False), {},
         "It is attached to i-2, and takes one machine alone. Detach it first."),
        (ATTACH, shared(multi_attach=None, holders=()), {},
         "It is in-use, and may take one machine alone. Detach it first."),
        (ATTACH, to_host(id="i-9"), {}, "What is known is of i-9, not of i-0000000000000000a."),
        (ATTACH, volume(), {}, "Machine i-0000000000000000a is not known."),
        (ATTACH, to_host(state="pending"), {},
         "i-0000000000000000a is pending; it must be running or stopped."),
        (DETACH, held(mounted=True), {}, "It is mounted on i-0000000000000000a. Unmount it there first."),
        (DETACH, held(mounted=None, host_state=""), {}, "i-0000000000000000a is in an unknown state, "
         "and whether it is mounted there is unknown. Unmount it there first."),
        (DETACH, held(is_root=True), {}, "i-0000000000000000a runs from it. Stop that first."),
        (DETACH, held(holders=(HOLDER, OTHER)), {"instance": ""},
         "i-0000000000000000a, i-2 hold it: name one."),
        (DETACH, held(holders=(OTHER,)), {}, "It is not attached to i-0000000000000000a."),
        (DETACH, volume(), {"instance": ""}, "It is not attached."),
        (MODIFY, disk(modification="completed", modified_at=NOW - 3600), {},
         "It was modified 1.0 h ago; the next change is possible after 6 h."),
        (MODIFY, disk(iops=9000), {"type": "gp3"}, "It gets slower: 9,000 -> 3,000 IOPS."),
        (RESTORE, copy(tier="archive"), {},
         "It is in the archive tier. Restore it to the standard tier first."),
        (RESTORE, snapshot(tags=LOCKED), {},
         "The new volume would lose the protection of tag trainctl:protected."),
        (RESTORE, volume(), {}, "A volume takes no restore."),
        (ATTACH, volume(host=HOST, state="error"), {},
         "It is error; only what is available or in-use takes an attach."),
        (Act.UNPROTECT, volume(tags=(*LOCKED, ("runctl:important", ""))), {},
         "Tag runctl:important would still protect it."),
    ],
)  # fmt: skip
def test_a_reason_about_storage_says_what_and_why(
    act: Act, facts: Facts, asked: dict[str, Any], reason: str
) -> None:
    assert reason in judged(act, facts, change=replace(ready(act)[1], **asked)).reasons


def test_the_operation_on_the_machine_is_named() -> None:
    judgement = judged(ATTACH, volume(host=HOST), change=Change(HOST.id, "/dev/sdf"), busy={HOST.id: "01A"})
    assert judgement.reasons[0].startswith(f"Operation 01A names {HOST.id} and has not ended.")


@pytest.mark.parametrize(
    ("made", "takes", "refuses"),
    [
        (machine, ("pending", "running", "stopping", "stopped"), ("shutting-down", "terminated")),
        (volume, ("creating", "available", "in-use", "error"), ("deleting", "deleted")),
        (snapshot, ("pending", "completed", "error"), ("recovering",)),
    ],
)
def test_tags_are_edited_of_what_is_there(
    made: Any, takes: tuple[str, ...], refuses: tuple[str, ...]
) -> None:
    change = ready(Act.TAG)[1]
    assert {judged(Act.TAG, made(state=state), change=change).verdict for state in takes} == {Verdict.WARN}
    assert {judged(Act.TAG, made(state=state), change=change).verdict for state in refuses} == {
        Verdict.REFUSE
    }


def test_a_snapshot_that_failed_is_deleted_and_what_is_deleted_is_done() -> None:
    assert judged(DELETE, snapshot(state="error")).verdict is Verdict.WARN
    assert judged(DELETE, volume(state="deleted")).is_settled
