"""Names of meaning, and the styles they wear outside the table. ANSI names, so every theme can draw them."""

from __future__ import annotations

_STYLES = {"ok": "green", "warn": "yellow", "bad": "bold red", "dim": "dim", "accent": "cyan", "": ""}


def style(name: str) -> str:
    """Return the Rich style of a meaning."""
    return _STYLES.get(name, "")
