"""Carry a confirmed operation out, in a process of its own that outlives the terminal.

One process at a time holds an operation. Killed at any moment, the next one finds in the journal what may
have been sent, and observes it before it sends anything again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from threading import Thread

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Refused, TrainctlError
from trainctl_tui.domain.operations import GOOD, Operation, OpState, Outcome
from trainctl_tui.domain.orders import MAKING
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import child_environment
from trainctl_tui.providers.requests import MARK, kind_of, mark_of
from trainctl_tui.services import journal_lock, report
from trainctl_tui.services.executor_cloud import Cloud
from trainctl_tui.services.executor_run import Cancelled, Run, Stopped, Tools
from trainctl_tui.services.executor_sender import Sender, TooMany
from trainctl_tui.services.executor_settler import Settler
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.journal_pen import Overtaken
from trainctl_tui.services.log import log
from trainctl_tui.services.state_dir import NoJournal


def spawn(op: str, environ: Mapping[str, str]) -> None:
    """Start ``trainctl-tui op run`` in a session of its own, which no hang-up reaches. May raise OSError.

    It is given what the SDK needs of the environment, nothing more, and says everything in the journal.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "trainctl_tui", "op", "run", op],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=child_environment(environ),
        cwd="/",
        start_new_session=True,
    )
    # Whoever is waited for leaves no zombie behind while this process lives.
    Thread(target=process.wait, name=f"executor {op}", daemon=True).start()


def rollback(op: str, journal: Journal, environ: Mapping[str, str]) -> None:
    """Abandon what was not sent and find out what became of the rest. Raises Conflict where it has ended."""
    journal.cancel(op)
    spawn(journal.operation(op).id, environ)


def run(op: str, journal: Journal, tools: Tools) -> Operation:
    """Carry an operation out until it has ended, or until this process is asked to end; return how it stands.

    Raises Conflict where another process runs it, Refused where this one may not, NoJournal where the
    journal cannot be relied on, and Overtaken. In all these cases nothing more was sent.
    """
    id = journal.operation(op).id
    wait = tools.wait or tools.stop.wait
    with journal_lock.held(journal.folder, id, wait, lambda: journal.operation(id).holder):
        kept = journal.confirmed(id)
        if not kept.op.state.is_final:
            _refuse_elsewhere(kept.op.endpoint, tools)
            _carry_out(Run(kept, journal.take(id), tools, journal))
    told = journal.operation(id)
    if told.state.is_final:
        journal_lock.forget(journal.folder, id)
        report.leave(journal, id)
    return told


def _refuse_elsewhere(endpoint: str, tools: Tools) -> None:
    if tools.read_only:
        raise Refused("Nothing was sent.", "Read-only mode is on.", "Start without it to go on.")
    if tools.endpoint and tools.endpoint != endpoint:
        raise Refused(
            "Nothing was sent.",
            f"The operation is for {endpoint or 'AWS'}, and this environment names {tools.endpoint}.",
            "Unset AWS_ENDPOINT_URL to go on.",
        )


def _carry_out(run: Run) -> None:
    try:
        cloud = Cloud(run)
        why = _send(run, cloud)
        run.abandon(why)
        if run.open():
            run.pen.state(run.busy_state)
            Settler(run, cloud).settle()
        _finish(run, why)
    except Stopped:
        run.pen.let_go()
    except (NoJournal, Overtaken):
        raise
    except TrainctlError as error:
        _give_up(run, str(error))
    except Exception as error:
        log.exception("operation %s", run.op.id)
        _give_up(run, f"Something happened that trainctl-tui does not know: {type(error).__name__}.")
        raise


def _send(run: Run, cloud: Cloud) -> str:
    """Send to every target that is open; return why the sending ended early, or ""."""
    try:
        run.pen.state(OpState.RUNNING)
        Sender(run, cloud).send()
    except (NoJournal, Overtaken, Stopped):
        raise
    except (Cancelled, TooMany) as error:
        return str(error)
    except TrainctlError as error:
        return f"It was not sent. {error}"
    return ""


def _finish(run: Run, why: str) -> None:
    """Write down how the whole has ended."""
    outcomes = {run.pen.tracked[id].target.outcome for id in run.approval.ids}
    if unclear := [id for id in run.approval.ids if _is_unclear(run, id)]:
        run.pen.state(OpState.NEEDS_HUMAN, _ask_human(run, unclear))
        return
    state = OpState.DONE if outcomes <= GOOD else OpState.DONE_WITH_FAILURES
    if run.pen.op.cancelled and Outcome.NOT_ATTEMPTED in outcomes:
        state = OpState.ABORTED
    run.pen.state(state, " ".join(part for part in (why, run.unrecorded) if part))


def _give_up(run: Run, why: str) -> None:
    """End with what is known: a human must look at what was sent."""
    run.abandon(f"It was not sent. {why}")
    run.settle(one.having(outcome=Outcome.UNCONFIRMED, reason=why) for one in run.open())
    unclear = [id for id in run.approval.ids if _is_unclear(run, id)]
    run.pen.state(OpState.NEEDS_HUMAN, " ".join((why, _ask_human(run, unclear) if unclear else "")).strip())


def _is_unclear(run: Run, id: str) -> bool:
    return run.pen.tracked[id].target.outcome is Outcome.UNCONFIRMED


def _ask_human(run: Run, ids: list[str]) -> str:
    """Name the targets of which nothing is known for sure, and the command that shows them."""
    places: dict[tuple[str, Kind], list[str]] = {}
    for id in ids:
        places.setdefault((run.pen.tracked[id].target.region, kind_of(id)), []).append(id)
    looks = [_look_at(run, region, kind, named) for (region, kind), named in places.items()]
    return f"What became of {', '.join(ids)} is not known. Look with: {'; '.join(looks)}"


def _look_at(run: Run, region: str, kind: Kind, ids: list[str]) -> str:
    """Return the command that shows these targets, or what was made of them."""
    if run.op.act in MAKING:
        kind = Kind.SNAPSHOTS if run.op.act is Act.SNAPSHOT else Kind.VOLUMES
        marks = ",".join(mark_of(run.order, id) for id in ids)
        return f"aws ec2 describe-{kind} --region {region} --filters Name=tag:{MARK},Values={marks}"
    return f"aws ec2 describe-{kind} --region {region} --{kind.removesuffix('s')}-ids {' '.join(ids)}"
