"""A thread that touches the disk for others, so that they wait only so long for a disk that is slow."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")

_Work = tuple[Callable[[], Any], "Future[Any]"]


class Reader:
    """Does one job after the other. ``ask`` may be called from any thread; no job may raise."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs: SimpleQueue[_Work | None] | None = None
        self._late: Future[Any] | None = None  # the job that somebody gave up waiting for

    def ask(self, job: Callable[[], T], seconds: float) -> T:
        """Return what a job returns; raise TimeoutError if that, or an earlier job, takes longer."""
        answer: Future[T] = Future()
        with self._lock:
            if self._late is not None and not self._late.done():
                raise TimeoutError("the disk still does not answer")
            if self._jobs is None:
                self._jobs = SimpleQueue()
                # A daemon: a thread that the disk holds must not hold the end of the program.
                Thread(target=_work, args=(self._jobs,), name="cache-reader", daemon=True).start()
            self._jobs.put((job, answer))
        try:
            return answer.result(seconds)
        except TimeoutError:
            if not answer.cancel():
                self._late = answer
            raise TimeoutError("the disk does not answer") from None

    def close(self) -> None:
        """End the thread after the jobs that wait. It starts again when there is another."""
        with self._lock:
            if self._jobs is not None:
                self._jobs.put(None)
                self._jobs = None


def _work(jobs: SimpleQueue[_Work | None]) -> None:
    while (work := jobs.get()) is not None:
        job, answer = work
        if answer.set_running_or_notify_cancel():
            answer.set_result(job())
