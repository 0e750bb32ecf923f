"""What a command was asked: settings from flags, environment and files, and the launch made of them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trainctl_tui.arguments import UNSAFE
from trainctl_tui.headless import output
from trainctl_tui.headless.known import Source
from trainctl_tui.launch import Launch, endpoint_of
from trainctl_tui.services import log
from trainctl_tui.services.metrics import Metrics, write
from trainctl_tui.view_settings import Loaded, ViewSettings


def flags_of(given: argparse.Namespace) -> Mapping[str, object]:
    """Return the flags of the command line that are settings."""
    return {
        "profile": given.profile,
        "regions": given.region,
        "log_level": given.log_level,
        "read_only": given.read_only,
    }


def settings_of(given: argparse.Namespace) -> Loaded:
    """Return the settings in force; raise ConfigError where anything is wrong in any source."""
    from trainctl_tui.settings import load_settings

    return load_settings(flags_of(given))


def launch_of(given: argparse.Namespace, settings: ViewSettings) -> Launch:
    """Return the launch; the cache is then the one that a view of the same account fills."""
    return Launch(
        profile=settings.profile,
        regions=tuple(dict.fromkeys(settings.regions)),  # one that is named twice is read once
        endpoint=given.endpoint_url or endpoint_of(os.environ),
        refresh=settings.refresh,
        read_only=settings.read_only,
        log_level=settings.log_level,
        debug_unsafe=given.debug_unsafe,
    )


@contextmanager
def observed(given: argparse.Namespace, launch: Launch, source: Source) -> Iterator[Source]:
    """Log while the block reads; then keep what was read, and write the metrics if they are wanted."""
    log.begin("command", launch.log_level, launch.debug_unsafe)
    log.log.info("%s", given.command)
    if launch.debug_unsafe:
        output.note(UNSAFE)
    yield source
    source.keep()
    for warning in source.warnings:
        output.note(warning)
    if given.metrics:
        hits, misses = source.cache_counts
        write(Path(given.metrics), Metrics(source.tally.operations(), hits, misses, source.ages()))
