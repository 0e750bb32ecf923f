"""Facts that nothing speaks against, of all three kinds, for tests of verdicts to spoil one by one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from trainctl_tui.domain.acts import (
    Act,
    Facts,
    Fleet,
    Job,
    JobState,
    Judgement,
    Policy,
    Situation,
    VolumeFacts,
)
from trainctl_tui.domain.disks import CopyFacts, DiskFacts, Holder, Host
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.safety import judge

NOW = 1_800_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
MINE = (("Name", "trainer"), ("trainctl:user", "ann"))
POLICY = Policy(user="ann")
SITUATION = Situation(ACCOUNT, ACCOUNT, NOW)
FLEET = Fleet(REGION, active=4, visible=40, hourly=2.0, volumes=40, snapshots=40)
IDLE = Job(JobState.IDLE, "", NOW - 5, busiest_percent=3.0, checkpoint_saved=True)
RUNNING = replace(IDLE, state=JobState.RUNNING, why="train.py")
UNKNOWN = Job(JobState.UNKNOWN, "SSM did not answer")
ROOT = VolumeFacts("vol-root", "/dev/xvda", True, True, 30, "gp3", (), monthly=2.4)
DATA = VolumeFacts("vol-data", "/dev/sdf", False, False, 500, "gp3", (), monthly=40.0)


def machine(number: int = 1, **given: Any) -> Facts:
    """Return facts of a running, idle machine of ann's, three hours old, with changes."""
    clean = Facts(
        id=f"i-{number:017x}",
        account=ACCOUNT,
        region=REGION,
        read_at=NOW - 1,
        zone="us-east-1a",
        state="running",
        type="g5.xlarge",
        launched_at=NOW - 3 * 3600,
        tags=MINE,
        terminate_protected=False,
        stop_protected=False,
        volumes=(ROOT,),
        instance_store=False,
        job=IDLE,
        hourly=1.0,
    )
    return replace(clean, **given)


def stopped(number: int = 1, **given: Any) -> Facts:
    """Return facts of a stopped machine of ann's, with changes."""
    return machine(number, **{"state": "stopped", "job": Job(JobState.NONE), **given})


def judged(
    act: Act,
    facts: Facts,
    *,
    batch: bool = False,
    fleet: Fleet | None = FLEET,
    change: Change = UNASKED,
    **given: Any,
) -> Judgement:
    """Judge with changes to the clean policy and situation, by name of the field."""
    policy = replace(POLICY, **{k: v for k, v in given.items() if hasattr(POLICY, k)})
    situation = replace(SITUATION, **{k: v for k, v in given.items() if hasattr(SITUATION, k)})
    return judge(act, facts, policy, situation, fleet, batch=batch, change=change)


HOLDER = Holder("i-0000000000000000a", "/dev/sdf", "attached", "running", False, False)
DISK = DiskFacts(
    size_gib=100,
    iops=3000,
    throughput=125,
    encrypted=True,
    multi_attach=False,
    holders=(),
    snapshots=2,
    snapshot_at=NOW - 3600,
    snapshot_id="",
    modification="",
    monthly=8.0,
)
COPY = CopyFacts(
    volume_id="vol-0000000000000000a",
    volume_exists=True,
    images=(),
    size_gib=100,
    progress=100,
    encrypted=True,
    tier="standard",
    monthly=5.0,
)
HOST = Host("i-0000000000000000a", "us-east-1a", "running", "g5.xlarge", MINE, ("/dev/xvda",))


def volume(number: int = 1, *, disk: DiskFacts | None = DISK, **given: Any) -> Facts:
    """Return facts of an available, lately copied volume of ann's, with changes."""
    clean = Facts(
        id=f"vol-{number:017x}",
        account=ACCOUNT,
        region=REGION,
        read_at=NOW - 1,
        zone="us-east-1a",
        state="available",
        type="gp3",
        launched_at=NOW - 30 * 86400,
        tags=MINE,
        kind=Kind.VOLUMES,
        disk=disk,
    )
    return replace(clean, **given)


def held(number: int = 1, **given: Any) -> Facts:
    """Return facts of a volume that is attached, with changes to its holder or, of another name, to it."""
    of_disk = {key: given.pop(key) for key in list(given) if key in DiskFacts.__struct_fields__}
    of_holder = {key: given.pop(key) for key in list(given) if key in HOLDER_ONLY}
    holder = replace(HOLDER, **{HOLDER_ONLY[key]: value for key, value in of_holder.items()})
    disk = replace(DISK, **{"holders": (holder,), "mounted": False, **of_disk})
    return volume(number, disk=disk, **{"state": "in-use", **given})


HOLDER_ONLY = {
    "host_state": "state",
    "attachment": "attachment",
    "is_root": "is_root",
    "delete_on_termination": "delete_on_termination",
    "name": "name",
}


def snapshot(number: int = 1, *, copy: CopyFacts | None = COPY, **given: Any) -> Facts:
    """Return facts of a completed snapshot of ann's whose volume exists, with changes."""
    given = {"state": "completed", "type": "", "kind": Kind.SNAPSHOTS, "copy": copy, **given}
    return volume(0, disk=None, **{"id": f"snap-{number:017x}", **given})


def new(number: int = 1, **given: Any) -> Facts:
    """Return facts of a volume that is to be made."""
    return volume(
        0, disk=None, **{"id": f"new-{number:04x}", "state": "new", "tags": (), "type": "", **given}
    )


def ready(act: Act, number: int = 1) -> tuple[Facts, Change]:
    """Return a target of ann's, and what is asked, that nothing but what an act always has speaks against."""
    match act:
        case Act.START:
            return stopped(number), Change()
        case Act.ATTACH:
            return volume(number, host=HOST), Change(instance=HOST.id, device="/dev/sdf")
        case Act.DETACH:
            return held(number), Change(instance=HOLDER.instance_id, device=HOLDER.device)
        case Act.KEEP:
            change = Change(instance=HOLDER.instance_id, device=HOLDER.device)
            return held(number, delete_on_termination=True), change
        case Act.DELETE | Act.SNAPSHOT:
            return volume(number), Change()
        case Act.MODIFY:
            return volume(number), Change(size_gib=200)
        case Act.CREATE:
            return new(number), Change(zone="us-east-1a", type="gp3", size_gib=10)
        case Act.RESTORE:
            return snapshot(number), Change(zone="us-east-1a", type="gp3")
        case Act.UNPROTECT:
            tags = (*MINE, ("trainctl:protected", "true"))
            return volume(number, tags=tags), Change(untag=("trainctl:protected",))
        case Act.PROTECT:
            return snapshot(number), Change(tags=(("trainctl:protected", "true"),))
        case Act.TAG:
            return machine(number), Change(tags=(("team", "blue"),))
    return machine(number), Change()
