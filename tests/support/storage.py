"""Volumes and snapshots with one thing different, and short names for tables of verdicts."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.support.judging import COPY, DISK, HOLDER, HOST, MINE, snapshot, volume
from trainctl_tui.domain.acts import Act, Facts, Verdict

W, T, R = Verdict.WARN, Verdict.TYPE, Verdict.REFUSE
ATTACH, DETACH, DELETE, KEEP = Act.ATTACH, Act.DETACH, Act.DELETE, Act.KEEP
MODIFY, RESTORE, SNAPSHOT, CREATE = Act.MODIFY, Act.RESTORE, Act.SNAPSHOT, Act.CREATE
DAY = 86400
BOB = (("Owner", "bob"),)
LOCKED = (*MINE, ("trainctl:protected", "true"))
SHARED = replace(DISK, multi_attach=True, holders=(replace(HOLDER, instance_id="i-2"),))
OTHER = replace(HOLDER, instance_id="i-2")


def disk(**given: Any) -> Facts:
    return volume(disk=replace(DISK, **given))


def copy(**given: Any) -> Facts:
    return snapshot(copy=replace(COPY, **given))


def to_host(**given: Any) -> Facts:
    return volume(host=replace(HOST, **given))


def shared(**given: Any) -> Facts:
    return volume(state="in-use", host=HOST, disk=replace(SHARED, **given))
