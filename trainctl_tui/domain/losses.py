"""The rows of the decision table about what would be lost: young machines, jobs, disks (D6 to D18).

Like ``rules.py``: each function returns a reason as a sentence, "" where its row does not hold.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import Act, JobState, VolumeFacts
from trainctl_tui.domain.case import Case
from trainctl_tui.domain.limits import dollars, total
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.rules import named
from trainctl_tui.domain.tags import protecting_tags

BUSY = 80.0
"""Per cent of CPU, memory or GPU above which an idle machine is doubted (D11)."""

CONSEQUENCES = {
    Act.STOP: "It is shut down; its volumes stay, and cost.",
    Act.REBOOT: "Whatever runs on it ends.",
    Act.TERMINATE: "This cannot be undone.",
    Act.ATTACH: "The machine sees it as a new disk; it is not mounted.",
    Act.DETACH: "The machine loses the disk; the volume stays, and costs.",
    Act.DELETE: "This cannot be undone.",
    Act.MODIFY: "A larger size cannot be taken back, and the next change has to wait for hours.",
    Act.KEEP: "It stays when its machine is terminated, and costs.",
    Act.CREATE: "It costs from the moment it is made.",
    Act.SNAPSHOT: "It costs by what it holds; what a machine has not written yet is not in it.",
    Act.RESTORE: "The new volume costs from the moment it is made, and is slow until it has been read once.",
    Act.PROTECT: "Nobody who works with trainctl terminates or deletes it.",
    Act.UNPROTECT: "It may be terminated or deleted then.",
    Act.TAG: "Tags say whose it is, and other programs may read them.",
}
"""What follows in any case, for the acts whose price is not known by the hour."""


# ---- age and job ----


def too_young(case: Case) -> str:
    """D6: somebody may have just made it."""
    age = case.age
    if age is None or age >= case.policy.min_age:
        return ""
    return f"It {_began(case)} {age:.0f} s ago; that is less than {case.policy.min_age:g} s."


def no_age(case: Case) -> str:
    """D7: when it started is unknown."""
    return f"When it {_began(case)} is unknown." if case.age is None else ""


def _began(case: Case) -> str:
    return "started" if case.facts.kind is Kind.INSTANCES else "was made"


def job_runs(case: Case) -> str:
    """D8: somebody's work would be lost."""
    forcing = case.policy.allow_force
    return "" if forcing else _job_running(case, "Stop it instead: that lets the job end.")


def job_runs_forcing(case: Case) -> str:
    """D8, where ``allow_force`` lets a single one be forced."""
    return _job_running(case, "Its work will be lost.") if case.policy.allow_force else ""


def job_runs_on_stop(case: Case) -> str:
    """D16: the job ends with the machine."""
    return _job_running(case, "It will be told to end.")


def _job_running(case: Case, then: str) -> str:
    job = case.job
    return f"A job runs{job.why and f' ({job.why})'}. {then}" if job.state is JobState.RUNNING else ""


def job_unknown(case: Case) -> str:
    """D9, D17: it could not be looked."""
    job = case.job
    why = job.why or "the probe does not say why"
    return f"Could not check for a job, because {why}." if job.state is JobState.UNKNOWN else ""


def nothing_runs(case: Case) -> str:
    """D10: no job would be lost."""
    states = {JobState.IDLE: "No job runs on it.", JobState.NONE: f"It is {case.facts.state}: no job runs."}
    return states.get(case.job.state, "")


def busy_yet_idle(case: Case) -> str:
    """D11: no job was found, yet something works."""
    job = case.job
    if job.state is not JobState.IDLE:
        return ""
    if job.busiest_percent is None:
        return "No job was found, but how busy it is is unknown."
    busy = job.busiest_percent
    return f"No job was found, yet CPU, memory or GPU is at {busy:.0f} %." if not busy <= BUSY else ""


# ---- disks ----


def volumes_unknown(case: Case) -> str:
    """D13: a protected volume may be among what dies."""
    return "Its volumes could not be read, so a protected one may die." if case.facts.volumes is None else ""


def protected_volume(case: Case) -> str:
    """D13: a volume that a tag protects would die."""
    reasons = []
    for volume in case.dying:
        if volume.tags is None:
            reasons.append(f"Whether a tag protects {volume.id} is unknown: its tags could not be read.")
        elif keys := protecting_tags(volume.tags, case.policy.protected_keys):
            reasons.append(f"{named(keys)} protects {volume.id}, which would be deleted.")
    if reasons:
        reasons.append("Clear its flag DeleteOnTermination first.")
    return " ".join(reasons)


def data_volume_dies(case: Case) -> str:
    """D12: data would die."""
    data = [volume for volume in case.dying if not volume.is_root]
    return f"Deleted with it: {'; '.join(_volume(case, one) for one in data)}." if data else ""


def volumes_stay(case: Case) -> str:
    """D14: what stays costs."""
    if not case.staying:
        return ""
    monthly = total([volume.monthly for volume in case.staying])
    names = ", ".join(f"{volume.id} ({_size(volume)})" for volume in case.staying)
    return f"Stays, at {dollars(monthly)} a month: {names}."


def instance_store_dies(case: Case) -> str:
    """D15, D18: disks inside the host lose what they hold."""
    if case.facts.state == "stopped" or case.facts.instance_store is False:
        return ""
    known = case.facts.instance_store is not None
    return (
        "Its instance store loses its data."
        if known
        else "It may have an instance store that loses its data."
    )


def checkpoint_only_here(case: Case) -> str:
    """D15: the newest checkpoint may be nowhere else."""
    if case.job.state is JobState.NONE or case.job.checkpoint_saved:
        return ""
    known = case.job.checkpoint_saved is not None
    return f"Its newest checkpoint {'has' if known else 'may have'} no remote copy."


def spot_once(case: Case) -> str:
    """D18: it could never start again."""
    if case.facts.lifecycle != "spot" or case.facts.spot_persistent:
        return ""
    known = case.facts.spot_persistent is not None
    return f"It {'is' if known else 'may be'} a one-time spot machine: once stopped, it never starts again."


def consequence(case: Case) -> str:
    """Say what follows in any case (CONTRACTS.md: no act is merely allowed)."""
    return CONSEQUENCES.get(case.act) or f"It costs {dollars(case.facts.hourly)} an hour from its start."


def _volume(case: Case, volume: VolumeFacts) -> str:
    if volume.snapshot_at is not None:
        days = (case.situation.now - volume.snapshot_at) / 86400
        copied = f"last snapshot {days:.0f} days ago"
    else:
        copied = "no snapshot" if volume.snapshots_known else "snapshots unknown"
    return f"{volume.id} ({_size(volume)}, {copied})"


def _size(volume: VolumeFacts) -> str:
    return "size unknown" if volume.size_gib is None else f"{volume.size_gib} GiB"
