"""Look at the terminal before anything is drawn on it, and tell Textual what it can do.

Light on purpose: it runs before Textual is imported, because Textual reads these variables then.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Protocol

from trainctl_tui.domain.errors import ConfigError, Trouble

# Terminals that really have eight or sixteen colours; everything else made this century has 256.
_FEW_COLOURS = ("linux", "ansi", "vt100", "vt102", "vt220", "cons25", "xterm-16color")
_INSTEAD = "Open it in a terminal: no pipe, no redirection, and for ssh the option -t."


class Stream(Protocol):
    """What a look at a stream needs: stdin, stdout and stderr have it."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        ...


def check(stdin: Stream, stdout: Stream, stderr: Stream, environ: Mapping[str, str]) -> Trouble | None:
    """Return why this terminal cannot show the dashboard, or None when it can.

    Keys are read from stdin and the screen is drawn on stderr (Textual's choice); stdout is asked as
    well, because whoever redirects it expects text and would get none.
    """
    for name, stream in (("input", stdin), ("output", stdout), ("error output", stderr)):
        if not stream.isatty():
            return ConfigError(
                "trainctl-tui needs a terminal.", f"Its standard {name} is not one.", _INSTEAD
            ).trouble
    if environ.get("TERM", "") in ("", "dumb"):
        return ConfigError(
            "trainctl-tui needs a terminal that can move its cursor.",
            f"TERM is {environ.get('TERM', '') or 'empty'!r}.",
            "Set it to what your terminal is, for example: export TERM=xterm-256color",
        ).trouble
    return None


def note(encoding: str | None) -> str:
    """Return one line about a locale that cannot say what the screen shows, or ""."""
    if (encoding or "").lower().replace("-", "").replace("_", "") in ("utf8", "utf8mb4"):
        return ""
    return (
        f"The locale's encoding is {encoding or 'unknown'}, not UTF-8: lines and marks may look wrong. "
        "Set LANG=C.UTF-8 to see them."
    )


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads on import, where the user has not: colours and frames a second.

    Rich takes a bare ``TERM=xterm`` or ``screen`` for 16 colours, which most of them are not.
    120 frames a second halve the wait between key and frame (PERFORMANCE.md, section 0).
    """
    environ.setdefault("TEXTUAL_FPS", "120")
    for stale in ("COLUMNS", "LINES"):  # Textual believes them rather than a window that has changed since
        environ.pop(stale, None)
    if environ.get("COLORTERM", "") not in ("truecolor", "24bit"):
        few = environ.get("TERM", "") in _FEW_COLOURS
        environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard" if few else "256")
