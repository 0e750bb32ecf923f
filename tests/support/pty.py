"""Drive a program on a real pseudo terminal, and look at what it drew.

The reader thread answers the questions a terminal would answer, stamps every read, and feeds a pyte
screen, so a test asks about text and colours as a person would see them. Waiting is always for a
condition, never for a length of time.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyte
from pyte.screens import Char

from tests.support.processes import PATIENCE, exists, wait_gone

# Questions a program asks its terminal, and what a plain modern terminal says.
ANSWERS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
)
# Sequences that pyte would draw as text: keyboard protocol, device queries, string sequences.
BEYOND_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[ -/]*[@-~]|\x1b[P_^X][^\x1b\x07]*(?:\x1b\\|\x07)")
# pyte has one screen: entering or leaving the alternate one clears it.
ALTERNATE = re.compile(rb"\x1b\[\?1049[hl]")
# A sequence that the end of a read may have cut.
_CUT = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P_^X\]][^\x1b\x07]*\x1b?)?\Z")

KEYS = {
    "enter": b"\r",
    # As the keyboard protocol says it: a bare ESC would join the key that follows.
    "escape": b"\x1b[27u",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "space": b" ",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "ctrl+c": b"\x03",
    "ctrl+p": b"\x10",
    "ctrl+q": b"\x11",
    "ctrl+z": b"\x1a",
}


@dataclass(frozen=True)
class Read:
    """One read from the master side: when (monotonic seconds) and how many bytes."""

    at: float
    size: int


class Terminal:
    """A program in a terminal of its own: a new session whose controlling tty is the pty.

    ``ignore_hangup`` starts it as nohup does, with SIGHUP ignored. Use it in a ``with`` statement: on the
    way out the program is killed and the terminal closed, whatever happened.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        ignore_hangup: bool = False,
        cwd: str | None = None,
    ) -> None:
        self.size = size
        self.master, self.slave = os.openpty()
        _set_size(self.slave, size)
        self.attributes_before = termios.tcgetattr(self.slave)
        self.raw = bytearray()
        self.reads: list[Read] = []
        self.lock = threading.Lock()
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._pending = b""
        self._asked = b""
        self._news = threading.Condition(self.lock)
        self._flowing = threading.Event()
        self._flowing.set()
        self._closing = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self.process = self._spawn(argv, env, cwd, ignore_hangup)
        self._reader = threading.Thread(target=self._read, name="pty-reader", daemon=True)
        self._reader.start()

    def _spawn(
        self, argv: Sequence[str], env: Mapping[str, str] | None, cwd: str | None, ignore_hangup: bool
    ) -> subprocess.Popen[bytes]:
        slave = self.slave

        def become_its_terminal() -> None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            signal.signal(signal.SIGHUP, signal.SIG_IGN if ignore_hangup else signal.SIG_DFL)
            # Whoever runs the tests in the background ignores it, and hands that down.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        return subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=become_its_terminal,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.close()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self.process.pid

    # -- what a person does ------------------------------------------------------------------------

    def send(self, *keys: str) -> None:
        """Press keys: names from ``KEYS``, or text to be typed."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key.encode()))

    def resize(self, width: int, height: int) -> None:
        """Change the window's size; the kernel sends SIGWINCH to the foreground."""
        with self.lock:
            self.size = (width, height)
            self.screen.resize(height, width)
        _set_size(self.master, (width, height))

    def stall(self) -> None:
        """Stop reading, as a dead SSH line does."""
        self._flowing.clear()
        os.write(self._wake_write, b"x")

    def resume(self) -> None:
        """Read again."""
        self._flowing.set()

    def close(self) -> None:
        """Close the terminal, as a dropped SSH session does. Harmless when repeated."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._flowing.set()
        os.write(self._wake_write, b"x")
        self._reader.join(5)
        for descriptor in (self.slave, self.master, self._wake_read, self._wake_write):
            os.close(descriptor)

    def kill(self) -> None:
        """End the program at once and reap it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    # -- what a person sees ------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The screen as lines of text, without trailing blanks."""
        with self.lock:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def cell(self, column: int, row: int) -> Char:
        """One cell with its colours (pyte's ``Char``: data, fg, bg, bold, reverse, ...)."""
        with self.lock:
            return self.screen.buffer[row][column]

    @property
    def received(self) -> int:
        """Bytes read so far."""
        with self.lock:
            return len(self.raw)

    @property
    def alternate(self) -> bool:
        """Whether the program has the alternate screen."""
        with self.lock:
            return self.raw.rfind(b"\x1b[?1049h") > self.raw.rfind(b"\x1b[?1049l")

    @property
    def attributes(self) -> list[Any]:
        """The terminal's settings now (termios), to compare with ``attributes_before``."""
        return termios.tcgetattr(self.slave)

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float = PATIENCE) -> float:
        """Wait until the screen shows a text, or a predicate holds for it; return the seconds it took.

        Raise ``AssertionError`` with the screen when it does not happen in time.
        """
        holds = wanted if callable(wanted) else lambda text: wanted in text
        begun = time.monotonic()
        deadline = begun + timeout
        while not holds(self.text):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {timeout} s for {wanted!r}\n{self.picture()}")
            with self._news:
                self._news.wait(min(left, 0.05))
        return time.monotonic() - begun

    def wait_exit(self, timeout: float = 10.0) -> int:
        """Wait for its end, as ``wait_gone`` counts; return its code as a shell does (128+n for a signal)."""
        try:
            wait_gone([self.pid], timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.picture()}") from None
        code = self.process.wait()
        self._catch_up()
        return 128 - code if code < 0 else code

    def picture(self) -> str:
        """Return the screen in a frame, for the message of a failed assertion."""
        width = self.size[0]
        state = "running" if exists(self.pid) else f"ended with {self.process.poll()}"
        edge = "-" * (width + 2)
        body = "\n".join(f"|{line.ljust(width)}|" for line in self.text.split("\n"))
        return f"{edge}\n{body}\n{edge}\n{state}, {self.received} bytes read"

    # -- the reader --------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Wait until what the program wrote last has been read."""
        if self._closing.is_set():
            return
        deadline = time.monotonic() + 2
        while self._flowing.is_set() and time.monotonic() < deadline:
            with self._news:
                if not select.select([self.master], [], [], 0)[0]:
                    return
                self._news.wait(0.02)

    def _read(self) -> None:
        while True:
            self._flowing.wait()
            ready, _, _ = select.select([self.master, self._wake_read], [], [])
            if self._closing.is_set():
                return
            if self._wake_read in ready:
                os.read(self._wake_read, 64)
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        with self._news:
            self.raw += data
            self.reads.append(Read(time.monotonic(), len(data)))
            self._answer(data)
            whole = self._pending + data
            cut = _CUT.search(whole)
            end = cut.start() if cut else len(whole)
            self._pending = whole[end:]
            self._stream.feed(ALTERNATE.sub(b"\\g<0>\x1b[2J\x1b[H", BEYOND_PYTE.sub(b"", whole[:end])))
            self._news.notify_all()

    def _answer(self, data: bytes) -> None:
        window = self._asked + data
        for question, answer in ANSWERS:
            if (found := window.rfind(question)) >= 0:
                os.write(self.master, answer)
                window = window[found + len(question) :]
        self._asked = window[-12:] if b"\x1b" in window[-12:] else b""


def _set_size(descriptor: int, size: tuple[int, int]) -> None:
    width, height = size
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
