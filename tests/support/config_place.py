"""A place of settings with nothing else in the world, read on both roads."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.settings import load_settings
from trainctl_tui.settings_layers import Files
from trainctl_tui.view_settings import ViewSettings, load_view_settings


class Place:
    """A directory with a config.toml and one old file, and nothing else in the world."""

    def __init__(self, directory: Path) -> None:
        self.config = directory / "config.toml"
        self.old = directory / ".trainctl.toml"
        self.files = Files(self.config, (self.old,))

    def both(self, flags: dict[str, object] | None = None, **environ: str) -> ViewSettings:
        """Return what both roads agree on."""
        full = load_settings(flags, environ, self.files)
        light = load_view_settings(flags, environ, self.files)
        assert light == full
        return full.settings

    def refused(self, flags: dict[str, object] | None = None, **environ: str) -> str:
        """Return the words of the error, after the view has said the same place and started anyway."""
        with pytest.raises(ConfigError) as caught:
            load_settings(flags, environ, self.files)
        trouble = load_view_settings(flags, environ, self.files).trouble
        assert trouble is not None
        assert (trouble.what, trouble.why) == (caught.value.what, caught.value.why)
        return str(caught.value)
