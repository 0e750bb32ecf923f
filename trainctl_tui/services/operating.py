"""What a view may do with operations: confirm, follow, resume, roll back, read a report.

Everything here waits for a disk, so a view calls it in a thread. The journal is opened when first asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Event, Lock
from typing import TYPE_CHECKING

from msgspec import Struct

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.operations import Operation
from trainctl_tui.domain.rules_tags import LOCK

if TYPE_CHECKING:
    from pathlib import Path

    from trainctl_tui.domain.acts import Policy
    from trainctl_tui.domain.plans import Approval, Plan
    from trainctl_tui.launch import Launch
    from trainctl_tui.services.journal import Journal

LOOK = 0.5
"""Seconds between two looks at whether the journal has grown."""


class Board(Struct, frozen=True):
    """All operations as they stand, the newest first, and whose targets are busy: id to operation.

    ``trouble`` says why the journal cannot be read; then nothing may be changed. ``unlocked`` is what lost
    its protection of late, and when on this machine's clock.
    """

    operations: tuple[Operation, ...] = ()
    busy: Mapping[str, str] = {}
    trouble: Trouble | None = None
    unlocked: Mapping[str, float] = {}

    @property
    def unfinished(self) -> tuple[Operation, ...]:
        """Those that have not ended."""
        return tuple(one for one in self.operations if not one.state.is_final)


class Operating:
    """``find`` returns the state directory; ``environ`` is what executors inherit. Safe from any thread."""

    def __init__(self, find: Callable[[], Path], environ: Mapping[str, str]) -> None:
        self._find = find
        self._environ = environ
        self._lock = Lock()
        self._held: Journal | None = None

    def begin(self, plan: Plan, approval: Approval, policy: Policy, launch: Launch) -> str:
        """Write an approved plan down and start its executor; return the operation's id.

        Raises what ``confirming.confirm`` raises, and OSError where no process can be started; then the
        operation waits in the journal to be resumed.
        """
        from trainctl_tui.services import executor
        from trainctl_tui.services.audit import Audit
        from trainctl_tui.services.confirming import confirm

        journal = self._journal()
        audit = Audit(journal.folder)
        id = confirm(journal, audit, plan, approval, policy=policy, launch=launch)
        executor.spawn(id, self._environ)
        return id

    def resume(self, id: str) -> None:
        """Start an executor for an operation that nobody holds. Raises OSError."""
        from trainctl_tui.services import executor

        executor.spawn(id, self._environ)

    def rollback(self, id: str) -> None:
        """Send nothing more, and find out what became of what was sent. Raises Conflict, OSError."""
        from trainctl_tui.services import executor

        executor.rollback(id, self._journal(), self._environ)

    def report(self, id: str) -> str:
        """Return the report of an operation as plain lines."""
        from trainctl_tui.services.report import file_of, report_of
        from trainctl_tui.services.report_text import plain

        journal = self._journal()
        return plain(report_of(journal, id), file_of(journal.folder, id))

    def busy(self) -> Mapping[str, str]:
        """Return which targets belong to which operation that has not ended. Raises NoJournal."""
        return self._journal().busy()

    def follow(self, tell: Callable[[Board], object], stop: Event, look: float = LOOK) -> None:
        """Tell how everything stands, at first and whenever any process has written, until ``stop``."""
        seen: object = None
        while True:
            seen = self._look(seen, tell)
            if stop.wait(look):
                self._close()
                return

    def _look(self, seen: object, tell: Callable[[Board], object]) -> object:
        """Tell what is new since ``seen``; return what to compare with the next time."""
        try:
            journal = self._journal()
            version = journal.version()
            if seen == (version, ()):
                return seen  # nothing was under way, and nothing was written since
            # A process that is killed writes nothing more, and lets go all the same.
            holders = tuple(one.holder for one in journal.operations(unfinished=True))
            now: object = (version, holders)
            if now != seen:
                unlocked = journal.unlocked(time.time() - LOCK)
                tell(Board(journal.operations(), journal.busy(), unlocked=unlocked))
        except TrainctlError as error:
            now = str(error)
            if now != seen:
                tell(Board(trouble=error.trouble))
        return now

    def _journal(self) -> Journal:
        from trainctl_tui.services.journal import Journal

        with self._lock:
            if self._held is None:
                self._held = Journal(self._find())
            return self._held

    def _close(self) -> None:
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            held.close()
