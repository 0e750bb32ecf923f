"""The installed program, unchanged, that writes down what it has imported when it gets SIGUSR1.

``python -m tests.bench.apps.watched FILE``
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

from trainctl_tui.cli import main


def watch(path: Path) -> None:
    """Write the names of all modules on the signal."""

    def tell(_number: int, _frame: FrameType | None) -> None:
        path.write_text("\n".join(sorted(sys.modules)) + "\n")

    signal.signal(signal.SIGUSR1, tell)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
    sys.exit(main(["--refresh", "3600"]))
