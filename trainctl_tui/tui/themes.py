"""The four sets of colours: dark, light, high contrast, and the terminal's own sixteen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.theme import BUILTIN_THEMES, Theme

if TYPE_CHECKING:
    from textual.app import App

    _Base = App[Any]
else:
    _Base = object

_CURSOR = {"block-cursor-text-style": "none"}

DARK = Theme(
    name="dark",
    primary="#5fafff",
    secondary="#87d7d7",
    warning="#ffaf5f",
    error="#ff5f5f",
    success="#87d787",
    accent="#d7afff",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables=_CURSOR,
)
LIGHT = Theme(
    name="light",
    primary="#005faf",
    secondary="#00696b",
    warning="#8a4500",
    error="#b00020",
    success="#1b6e1b",
    accent="#6a2fa0",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f4f4f4",
    panel="#e4e4e4",
    dark=False,
    variables=_CURSOR,
)
CONTRAST = Theme(
    name="contrast",
    primary="#ffff00",
    secondary="#00ffff",
    warning="#ffd700",
    error="#ff8080",
    success="#00ff00",
    accent="#ff80ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#202020",
    dark=True,
    text_alpha=1.0,
    variables=_CURSOR,
)


def _ansi() -> Theme:
    theme = BUILTIN_THEMES["ansi-dark"]
    return Theme(**{**vars(theme), "name": "ansi"})


THEMES: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST, _ansi())}
DEFAULT = "dark"


class ThemesMixin(_Base):
    """An app that reads its styles once for each theme. Goes before ``App``."""

    _worn = ""

    def wear(self, theme: str) -> None:
        """Begin with a theme. Set alone, it would come after all styles had been read for Textual's own."""
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = self._worn = theme
        self.stylesheet.set_variables(self.get_css_variables())

    def refresh_css(self, animate: bool = True) -> None:
        """Read the styles for another theme. Textual also asks for it once at the start."""
        if self.theme != self._worn:
            self._worn = self.theme
            super().refresh_css(animate)
