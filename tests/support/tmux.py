"""A private tmux server for one test: a terminal between ours and the program, as on a bastion."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.processes import PATIENCE


class Tmux:
    """One session of a tmux server nobody else uses: own socket, no configuration file.

    Use it in a ``with`` statement: on the way out the server and everything in it ends.
    """

    def __init__(
        self, argv: Sequence[str], *, size: tuple[int, int] = (80, 24), env: Mapping[str, str] | None = None
    ) -> None:
        self._directory = tempfile.mkdtemp(prefix="trainctl-tmux-")
        self._socket = f"t{uuid.uuid4().hex[:12]}"
        self._env = {**(os.environ if env is None else env), "TMUX_TMPDIR": self._directory}
        self._env.pop("TMUX", None)
        self._code = Path(self._directory, "code")
        width, height = size
        program = f"{shlex.join(argv)}; echo $? > {shlex.quote(str(self._code))}"
        try:
            self.run("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), program)
            self.run("set-option", "-g", "status", "off")
            self.run("resize-window", "-x", str(width), "-y", str(height))
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Tmux:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def run(self, *words: str) -> str:
        """Run one tmux command on this server; return what it prints."""
        done = subprocess.run(
            ["tmux", "-L", self._socket, *words],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode != 0:
            raise AssertionError(f"tmux {shlex.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def send(self, *keys: str) -> None:
        """Press keys by tmux's names ("Enter", "Tab", "C-p"), or single characters."""
        for key in keys:
            self.run("send-keys", "\\;" if key == ";" else key)

    def type(self, text: str) -> None:
        """Type text literally."""
        self.run("send-keys", "-l", "--", text)

    def resize(self, width: int, height: int) -> None:
        """Change the window's size, and wait until its terminal has it.

        tmux holds back a change that follows another at once, and on a busy machine forgets it: ask again.
        """
        tty = os.open(self.run("display-message", "-p", "#{pane_tty}").strip(), os.O_RDONLY | os.O_NOCTTY)
        try:
            for _ in range(5):
                self.run("resize-window", "-x", str(width), "-y", str(height))
                deadline = time.monotonic() + 2
                while time.monotonic() < deadline:
                    if os.get_terminal_size(tty) == (width, height):
                        return
                    time.sleep(0.05)
                self.run("resize-window", "-x", str(width + 1), "-y", str(height + 1))
        finally:
            os.close(tty)
        raise AssertionError(f"tmux does not make its window {width}x{height}")

    @property
    def text(self) -> str:
        """The pane as lines of text."""
        return self.run("capture-pane", "-p").rstrip("\n")

    @property
    def clipboard(self) -> str:
        """What tmux would paste; "" where nothing was copied."""
        return self.run("show-buffer") if self.run("list-buffers") else ""

    @property
    def pane_pid(self) -> int:
        """Process id of the shell that holds the program."""
        return int(self.run("display-message", "-p", "#{pane_pid}"))

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float = PATIENCE) -> str:
        """Wait until the pane shows a text, or a predicate holds for it; return the pane.

        Raise ``AssertionError`` with the pane when it does not happen in time.
        """
        holds = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + timeout
        while not holds(text := self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout} s for {wanted!r}\n{text}")
            time.sleep(0.05)
        return text

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait until the program has ended; return its exit code."""
        deadline = time.monotonic() + timeout
        while not (self._code.exists() and self._code.read_text().strip()):
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout} s\n{self.text}")
            time.sleep(0.05)
        return int(self._code.read_text())

    def kill(self) -> None:
        """End the server and everything in it. Harmless when repeated."""
        subprocess.run(
            ["tmux", "-L", self._socket, "kill-server"], env=self._env, capture_output=True, timeout=PATIENCE
        )
        shutil.rmtree(self._directory, ignore_errors=True)
