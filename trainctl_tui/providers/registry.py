"""Providers by name, through entry points, so that a third party's is registered like ours.

A provider is a callable that takes ``ProviderOptions`` and returns a ``Provider``, in the group
``trainctl_tui.providers``. Only the one asked for is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.providers.base import Provider, ProviderOptions

GROUP = "trainctl_tui.providers"


def provider_names() -> tuple[str, ...]:
    """Return the names that can be opened, in order, without importing any provider."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def open_provider(name: str, options: ProviderOptions) -> Provider:
    """Import and open one provider. Raise ConfigError for a name that is not known or will not load."""
    point = _find(name)
    try:
        opener = cast("Callable[[ProviderOptions], Provider]", point.load())
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"Could not load the provider {name!r}.",
            f"{point.value}: {error}.",
            "Install it again, or choose another.",
        ) from error
    return opener(options)


def _find(name: str) -> EntryPoint:
    for point in entry_points(group=GROUP, name=name):
        return point
    known = ", ".join(provider_names()) or "none; install trainctl-tui again"
    raise ConfigError(f"There is no provider {name!r}.", f"Known are: {known}.", "Choose one of them.")
