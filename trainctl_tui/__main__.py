"""``python -m trainctl_tui``."""

import sys

from trainctl_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
