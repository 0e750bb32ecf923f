"""The clean-up session, as the dashboard holds it: what is found, what hinders, where it leads."""

from __future__ import annotations

from msgspec.structs import replace

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.listing.waste import act_of, found, hindrance
from trainctl_tui.tui.screens.cleanup import Chosen, CleanupScreen
from trainctl_tui.tui.screens.taking import Taking


class Cleaning(Taking):
    """The part of the dashboard that looks for waste."""

    _cleanup: CleanupScreen | None = None
    _no_journal = ""

    def action_waste(self) -> None:
        """Show only what could be cleaned up in this pane, or everything again."""
        self._note_busy()
        self.pane.facts = self._facts
        self.pane.set_waste_only(not self.pane.waste_only)

    def action_cleanup(self) -> None:
        """Open the clean-up session on what is listed now."""
        self._note_busy()
        self._cleanup = CleanupScreen(found(self._facts), self._hindrance())
        self.owner.push_screen(self._cleanup, self._end_session)

    def tell_cleanup(self) -> None:
        """Let an open session see what is known now."""
        if self._cleanup is not None and self._cleanup.is_attached:
            self._cleanup.show(found(self._facts), self._hindrance())

    def _hindrance(self) -> str:
        if self.badges.launch.read_only:
            return "This is read-only mode: nothing can be changed."
        return self._no_journal or hindrance(self.news, self.now)

    def _note_busy(self) -> None:
        """Read which targets belong to operations that have not ended: a helper in use is no waste."""
        try:
            busy = self.owner.session.busy()
        except TrainctlError as error:
            self._no_journal = str(error)
            self.owner.tell(self._no_journal, bad=True)
            return
        self._no_journal = ""
        self._facts = replace(self._facts, busy=frozenset((*busy, *busy.values())))

    async def _end_session(self, chosen: Chosen | None) -> None:
        """Mark what was chosen in its pane, where it stays marked for a retry, and plan its end."""
        self._cleanup = None
        if chosen is None:
            return
        kind, keys = chosen
        pane = self.pane_of(kind)
        self.active = self.panes.index(pane)
        pane.table.mark(keys)
        await self.run_action(act_of(kind).value)
