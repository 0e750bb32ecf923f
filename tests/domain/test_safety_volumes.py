"""What may be done to a volume, a snapshot, a tag: the golden table (SAFETY.md, D2 to D7, D19 to D24)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import (
    DATA,
    HOLDER,
    HOST,
    MINE,
    NOW,
    ROOT,
    held,
    judged,
    machine,
    new,
    ready,
    snapshot,
    stopped,
    volume,
)
from tests.support.storage import (
    ATTACH,
    BOB,
    CREATE,
    DAY,
    DELETE,
    DETACH,
    KEEP,
    LOCKED,
    MODIFY,
    OTHER,
    RESTORE,
    SHARED,
    SNAPSHOT,
    R,
    T,
    W,
    copy,
    disk,
    shared,
    to_host,
)
from trainctl_tui.domain.acts import Act, Facts, Verdict
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.domain.safety import outcome_of

# Act, facts, change beyond what ``ready`` asks, what else is judged with them, alone, in a batch, rows.
Golden = tuple[Act, Facts, dict[str, Any], dict[str, Any], Verdict, Verdict, str]
GOLDEN: list[Golden] = [
    *((act, ready(act)[0], {}, {}, W, W, "") for act in (ATTACH, DETACH, KEEP, MODIFY, CREATE, SNAPSHOT)),
    *((act, ready(act)[0], {}, {}, W, W, "") for act in (RESTORE, Act.PROTECT, Act.TAG)),
    (Act.UNPROTECT, ready(Act.UNPROTECT)[0], {}, {}, T, T, "D3"),
    # D2
    *((act, replace(ready(act)[0], tags=BOB), {}, {}, T, T, "D2") for act in (ATTACH, MODIFY, SNAPSHOT)),
    (CREATE, new(tags=BOB), {}, {}, W, W, ""),
    (ATTACH, to_host(tags=BOB), {}, {}, T, T, "D2"),
    (ATTACH, to_host(tags=None), {}, {"ownership": "any"}, T, T, "D2"),
    (ATTACH, to_host(tags=()), {}, {}, T, T, "D2"),
    (ATTACH, to_host(tags=()), {}, {"ownership": "any"}, W, W, ""),
    (ATTACH, to_host(tags=()), {}, {"ownership": "strict"}, R, R, "D2"),
    (ATTACH, to_host(), {}, {"ownership": "strict"}, W, W, ""),
    # D3, D4
    (DELETE, volume(tags=LOCKED), {}, {}, R, R, "D3 D20"),
    (DELETE, snapshot(tags=LOCKED), {}, {}, R, R, "D3"),
    (DELETE, volume(), {}, {"unlocked": {volume().id: NOW - 59}}, R, R, "D3 D20"),
    (DELETE, volume(), {}, {"unlocked": {volume().id: NOW - 60}}, W, W, "D20"),
    (DELETE, volume(), {}, {"unlocked": {volume().id: NOW + 9}}, R, R, "D3 D20"),
    (DELETE, volume(), {}, {"unlocked": {"vol-2": NOW}}, W, W, "D20"),
    (Act.TERMINATE, stopped(), {}, {"unlocked": {stopped().id: NOW}}, R, R, "D3 D10"),
    (Act.TERMINATE, stopped(), {}, {"unlocked": {ROOT.id: NOW}}, R, R, "D3 D10"),
    (Act.TERMINATE, stopped(volumes=(DATA,)), {}, {"unlocked": {DATA.id: NOW}}, W, W, "D10 D14"),
    (Act.STOP, machine(), {}, {"unlocked": {machine().id: NOW}}, W, W, ""),
    (Act.UNPROTECT, volume(tags=None), {}, {}, R, R, "D2 D3"),
    (Act.UNPROTECT, volume(tags=(*LOCKED, ("runctl:important", ""))), {}, {}, R, R, "D3"),
    (RESTORE, snapshot(tags=LOCKED), {}, {}, R, R, "D3"),
    (RESTORE, snapshot(tags=LOCKED), {"tags": LOCKED[-1:]}, {}, W, W, ""),
    (RESTORE, snapshot(tags=None), {}, {}, R, R, "D2 D3"),
    (DELETE, volume(tags=(*MINE, ("kubernetes.io/cluster/x", "owned"))), {}, {}, R, R, "D4 D20"),
    # D5
    (DELETE, volume(state="deleting"), {}, {}, R, R, "D5"),
    (ATTACH, volume(state="in-use", host=HOST, disk=held().disk), {}, {}, R, R, "D5"),
    (
        ATTACH,
        volume(state="in-use", host=HOST, disk=held(attachment="detaching").disk),
        {},
        {},
        R,
        R,
        "D23 D24",
    ),
    (DETACH, volume(), {}, {}, R, R, "D5"),
    (DETACH, held(holders=(OTHER,)), {}, {}, R, R, "D5"),
    (DETACH, held(attachment="detaching"), {}, {}, R, R, "D5"),
    (KEEP, held(), {}, {}, R, R, "D5"),
    (MODIFY, disk(size_gib=200), {}, {}, R, R, "D5"),
    (Act.PROTECT, snapshot(tags=LOCKED), {}, {}, R, R, "D5"),
    (Act.UNPROTECT, volume(), {}, {}, R, R, "D5"),
    (Act.TAG, machine(tags=(*MINE, ("team", "blue"))), {}, {}, R, R, "D5"),
    (Act.TAG, machine(tags=(*MINE, ("team", "blue"))), {"tags": (), "untag": ("Name",)}, {}, W, W, ""),
    (Act.TAG, machine(tags=None), {}, {}, T, T, "D2"),
    # D6, D7
    (DELETE, volume(launched_at=NOW - 299), {}, {}, T, R, "D6 D20"),
    (DELETE, snapshot(launched_at=NOW - 300), {}, {}, W, W, ""),
    (DELETE, snapshot(launched_at=None), {}, {}, T, R, "D7"),
    # D19 to D21
    (DELETE, volume(), {}, {}, W, W, "D20"),
    *((DELETE, volume(state=state), {}, {}, R, R, "D19 D20") for state in ("in-use", "creating", "error")),
    (DELETE, volume(state="odd"), {}, {}, R, R, "state D19 D20"),
    (DELETE, disk(holders=(HOLDER,)), {}, {}, R, R, "D19 D20"),
    (DELETE, volume(disk=None), {}, {}, R, R, "D19 D21"),
    (DELETE, disk(snapshot_at=NOW - 7 * DAY), {}, {}, W, W, "D20"),
    (DELETE, disk(snapshot_at=NOW - 7 * DAY - 1), {}, {}, T, T, "D21"),
    (DELETE, disk(snapshot_at=NOW - 2 * DAY), {}, {"snapshot_days": 1.0}, T, T, "D21"),
    (DELETE, disk(snapshot_at=NOW), {}, {}, W, W, "D20"),
    (DELETE, disk(snapshot_at=NOW + 1), {}, {}, T, T, "D21"),
    (DELETE, disk(snapshots=0, snapshot_at=None), {}, {}, T, T, "D21"),
    (DELETE, disk(snapshots=None), {}, {}, T, T, "D21"),
    # Snapshots
    (DELETE, snapshot(), {}, {}, W, W, ""),
    (DELETE, snapshot(state="pending"), {}, {}, R, R, "state"),
    (DELETE, copy(images=("ami-1",)), {}, {}, R, R, "snapshot"),
    (DELETE, copy(images=None), {}, {}, R, R, "snapshot"),
    (DELETE, snapshot(copy=None), {}, {}, R, R, "snapshot"),
    *((DELETE, copy(volume_exists=there), {}, {}, T, T, "snapshot") for there in (False, None)),
    (RESTORE, copy(tier="archive"), {}, {}, R, R, "state"),
    (RESTORE, copy(tier=""), {}, {}, R, R, "state"),
    (RESTORE, snapshot(copy=None), {}, {}, R, R, "state"),
    (RESTORE, snapshot(state="pending"), {}, {}, R, R, "state"),
    # D22
    *((DETACH, held(mounted=so), {}, {}, T, T, "D22") for so in (True, None)),
    *((DETACH, held(mounted=so, host_state="stopped"), {}, {}, W, W, "") for so in (True, None)),
    *((DETACH, held(mounted=None, host_state=state), {}, {}, T, T, "D22") for state in ("", "stopping")),
    *((DETACH, held(is_root=so), {}, {}, R, R, "D22") for so in (True, None)),
    *((DETACH, held(is_root=so, host_state="stopped"), {}, {}, W, W, "") for so in (True, None)),
    (DETACH, held(is_root=True, host_state=""), {}, {}, R, R, "D22"),
    (DETACH, held(), {"force": True}, {}, T, R, "D22"),
    (DETACH, held(attachment="detaching"), {"force": True}, {}, T, R, "D22"),
    (DETACH, volume(disk=None), {}, {}, R, R, "state"),
    (DETACH, volume(state="in-use"), {}, {}, R, R, "state"),
    (DETACH, held(holders=(HOLDER, OTHER)), {"instance": ""}, {}, R, R, "state"),
    (DETACH, held(holders=(HOLDER, OTHER)), {}, {}, W, W, ""),
    # Keep
    (KEEP, held(delete_on_termination=None), {}, {}, W, W, ""),
    (KEEP, held(delete_on_termination=True, host_state="shutting-down"), {}, {}, R, R, "state"),
    (KEEP, volume(), {}, {}, R, R, "state"),
    (KEEP, volume(state="in-use", disk=None), {}, {}, R, R, "state"),
    # D23, D24
    (ATTACH, to_host(zone="us-east-1b"), {}, {}, R, R, "D23"),
    (ATTACH, to_host(zone=""), {}, {}, R, R, "D23"),
    (ATTACH, volume(zone="", host=replace(HOST, zone="")), {}, {}, R, R, "D23"),
    (ATTACH, to_host(state=""), {}, {}, R, R, "D23"),
    (ATTACH, to_host(state="stopped"), {}, {}, W, W, ""),
    (ATTACH, to_host(state="stopping"), {}, {}, R, R, "D23"),
    (ATTACH, to_host(id="i-9"), {}, {}, R, R, "D23"),
    (ATTACH, volume(), {}, {}, R, R, "D23"),
    (ATTACH, volume(host=HOST), {"instance": ""}, {}, R, R, "asked D23"),
    (ATTACH, volume(host=HOST, disk=None), {}, {}, R, R, "D23"),
    *((ATTACH, shared(multi_attach=so), {}, {}, R, R, "D23 D24") for so in (False, None)),
    (ATTACH, shared(holders=(), multi_attach=False), {}, {}, R, R, "D23"),
    (ATTACH, shared(), {}, {}, T, T, "D24"),
    (ATTACH, shared(holders=()), {}, {}, W, W, ""),
    (ATTACH, volume(host=HOST, disk=replace(SHARED, multi_attach=False)), {}, {}, R, R, "D23 D24"),
    (ATTACH, to_host(devices=("/dev/xvdf",)), {}, {}, R, R, "asked"),
    # D37
    (ATTACH, volume(host=HOST), {}, {"busy": {HOST.id: "01"}}, R, R, "D37"),
    # Modify
    *((MODIFY, disk(modification=word), {}, {}, R, R, "state") for word in ("modifying", "optimizing", None)),
    (MODIFY, disk(modification="completed", modified_at=NOW - 6 * 3600), {}, {}, W, W, ""),
    (MODIFY, disk(modification="failed", modified_at=NOW - 6 * 3600), {}, {}, W, W, ""),
    (MODIFY, disk(modification="completed", modified_at=NOW - 6 * 3600 + 1), {}, {}, R, R, "state"),
    (MODIFY, disk(modification="completed", modified_at=NOW), {}, {"modify_hours": 0.0}, W, W, ""),
    (MODIFY, disk(modification="completed"), {}, {}, R, R, "state"),
    (MODIFY, volume(disk=None), {}, {}, R, R, "state"),
    (MODIFY, disk(iops=9000), {"type": "io2"}, {}, W, W, "speed"),
    (MODIFY, disk(iops=9000), {"type": "io2", "iops": 9000}, {}, W, W, ""),
    (MODIFY, disk(iops=9000), {"type": "st1"}, {}, W, W, ""),
    (MODIFY, disk(iops=None), {"type": "io2"}, {}, W, W, ""),
    (MODIFY, disk(size_gib=201), {}, {}, R, R, "asked"),
    # Kinds that an act cannot be done to
    (Act.TERMINATE, volume(launched_at=NOW - DAY, volumes=()), {}, {}, R, R, "state D4 D9 D15"),
    (DELETE, machine(), {}, {}, R, R, "state"),
    (RESTORE, volume(), {}, {}, R, R, "state"),
]


@pytest.mark.parametrize(("act", "facts", "asked", "given", "alone", "batch", "rows"), GOLDEN)
def test_golden_verdicts_of_storage(
    act: Act,
    facts: Facts,
    asked: dict[str, Any],
    given: dict[str, Any],
    alone: Verdict,
    batch: Verdict,
    rows: str,
) -> None:
    change = replace(ready(act)[1], **asked)
    one = judged(act, facts, change=change, **given)
    many = judged(act, facts, change=change, **given, batch=True)
    held_rows = dict.fromkeys(found.row for found in one.findings if found.row != "default")
    assert (one.verdict, many.verdict, " ".join(held_rows)) == (alone, batch, rows)
    assert all(one.reasons)
    assert one.is_settled == (rows == "D5")


KEYS = [
    f"{prefix}:{word}"
    for prefix in ("trainctl", "runctl")
    for word in ("protected", "important", "persistent")
]


@pytest.mark.parametrize(("key", "act"), list(product(KEYS, (Act.TERMINATE, DELETE))))
def test_e06_twelve_protected_resources_are_refused_by_name(key: str, act: Act) -> None:
    tags = (*MINE, (key, "true"))
    target = stopped(tags=tags) if act is Act.TERMINATE else volume(tags=tags)
    for batch in (False, True):
        judgement = judged(act, target, batch=batch)
        assert judgement.verdict is R
        assert judgement.causes == (f"Tag {key} protects it. Remove that first.",)
        assert outcome_of(judgement) is Outcome.PROTECTED


def test_e08_both_fates_are_named_and_must_be_typed() -> None:
    dies = replace(DATA, id="vol-dies", delete_on_termination=True)
    judgement = judged(Act.TERMINATE, machine(volumes=(ROOT, DATA, dies)))
    assert judgement.verdict is T
    assert judgement.reasons[0] == "Deleted with it: vol-dies (500 GiB, snapshots unknown)."
    assert "Stays, at ~$40.00 a month: vol-data (500 GiB)." in judgement.reasons


def test_e09_attached_copied_uncopied_persistent() -> None:
    attached, copied = held(), disk(snapshots=2, snapshot_at=NOW - 3600)
    uncopied = disk(snapshots=0, snapshot_at=None)
    persistent = volume(tags=(*MINE, ("runctl:persistent", "")))
    answers = [judged(DELETE, one).verdict for one in (attached, copied, uncopied, persistent)]
    assert answers == [R, W, T, R]
