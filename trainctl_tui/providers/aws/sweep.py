"""Read a bulk answer of EC2 by parts, and only the parts that changed.

botocore spends about 1 ms of processor time per instance (PERFORMANCE.md section 2). Here the body is cut
at its items (one reservation, volume, snapshot or status each); an item whose bytes were seen in the last
sweep gives the *same* row objects again, another goes through expat alone, as a small tree that dies at once.

What remains of the body, the document without its items, goes to botocore: it judges the frame, the request
id and the next token. Anything unusual raises ``NotOurShape``, and botocore reads the untouched body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha1
from itertools import pairwise
from xml.etree.ElementTree import XML, Element, ParseError

from trainctl_tui.domain.resources import Row
from trainctl_tui.domain.shared_text import SharedTexts

ReadItem = Callable[[Element, str], tuple[Row, ...]]

_SOMETHING = re.compile(rb"\S")
_FIRST_CHILD = re.compile(rb"\s*<item>\s*<([A-Za-z]\w*)[\s/>]")
_PORTION = 16  # pieces in one parse: enough for expat to know the names, few enough to stay small
_MOST_NESTED = 64  # cuts inside of one item; a volume can be on 16 machines
_LARGEST_MEMORY = 400_000  # items of one lane; beyond it the oldest sweep is forgotten


class NotOurShape(Exception):
    """The body is not cut from the cloth this parser knows."""


class Memory:
    """Rows by the digest of the bytes they came from: those of this sweep and of the one before."""

    def __init__(self, largest: int = _LARGEST_MEMORY) -> None:
        self._largest = largest
        self._now: dict[bytes, tuple[Row, ...]] = {}
        self._before: dict[bytes, tuple[Row, ...]] = {}

    def __len__(self) -> int:
        return len(self._now.keys() | self._before.keys())

    def recall(self, digest: bytes) -> tuple[Row, ...] | None:
        """Return the rows of these bytes, if they were seen lately."""
        rows = self._now.get(digest)
        if rows is None:
            rows = self._before.get(digest)
            if rows is not None:
                self._now[digest] = rows
        return rows

    def keep(self, digest: bytes, rows: tuple[Row, ...]) -> None:
        """Remember the rows of these bytes."""
        if len(self._now) >= self._largest:
            self.turn()
        self._now[digest] = rows

    def turn(self) -> None:
        """Forget what the sweep that ends here did not see."""
        self._before, self._now = self._now, {}


class Sweep:
    """The parser of one lane: a kind in a region, with its memory. Safe to share between threads."""

    def __init__(self, set_name: str, read_item: ReadItem, region: str) -> None:
        self._open = f"<{set_name}>".encode()
        self._close = f"</{set_name}>".encode()
        self._read_item = read_item
        self._region = region
        self._texts = SharedTexts()
        self.memory = Memory()

    def read(self, body: bytes) -> tuple[tuple[Row, ...], bytes]:
        """Return the rows of a body, and the body without its items. Raise NotOurShape or ParseError."""
        if b"!" in body and b"<!" in body:  # the first search is ten times as fast, and mostly enough
            raise NotOurShape("CDATA, comments and declarations could hide the marks that we cut at")
        begin, end = body.find(self._open) + len(self._open), body.rfind(self._close)
        if begin < len(self._open) or end < begin:
            raise NotOurShape(f"no {self._open.decode()}")
        return tuple(self._rows(body, begin, end)), body[:begin] + body[end:]

    def _rows(self, body: bytes, begin: int, end: int) -> list[Row]:
        """Read the inside of a set item by item; five megabytes are not copied for that.

        An item begins where ``<item>`` is followed by the tag that the first item begins with. A nested list
        may begin alike (a volume and its attachments both begin with ``volumeId``), so a piece grows until it
        is whole; where items begin differently (moto), a piece holds several. A wrong cut cannot pass: expat
        refuses what is not a row of well-formed items.
        """
        cuts = _cuts(body, begin, end)
        try:
            return self._in_portions(body, cuts)
        except ParseError:
            return self._one_by_one(body, cuts)

    def _in_portions(self, body: bytes, cuts: list[int]) -> list[Row]:
        """Read pieces that are whole, parsing new ones by the portion. Raise ParseError if one is not."""
        found: list[tuple[Row, ...]] = []
        new: list[tuple[int, bytes, bytes]] = []  # place, digest, piece
        for begin, end in pairwise(cuts):
            piece = body[begin:end]
            digest = sha1(piece, usedforsecurity=False).digest()
            known = self.memory.recall(digest)
            if known is None:
                new.append((len(found), digest, piece))
                known = ()
            found.append(known)
            if len(new) == _PORTION:
                self._learn(new, found)
                new = []
        self._learn(new, found)
        return [row for rows in found for row in rows]

    def _learn(self, new: list[tuple[int, bytes, bytes]], found: list[tuple[Row, ...]]) -> None:
        """Parse new pieces, each in an element of its own, so that none can lean on another."""
        sets = XML(b"<a><set>%b</set></a>" % b"</set><set>".join([piece for _, _, piece in new]))
        if new and len(sets) != len(new):
            raise NotOurShape("pieces that close what they did not open")
        for (place, digest, _), items in zip(new, sets, strict=False):
            found[place] = self._read(items)
            self.memory.keep(digest, found[place])

    def _one_by_one(self, body: bytes, cuts: list[int]) -> list[Row]:
        """Read pieces that may have been cut inside of an item, and grow until they are whole."""
        rows: list[Row] = []
        begin, grown = cuts[0], 0
        for cut in cuts[1:]:
            piece = body[begin:cut]
            digest = sha1(piece, usedforsecurity=False).digest()
            known = self.memory.recall(digest)
            if known is None and piece.count(b"<item>") != piece.count(b"</item>"):
                grown += 1
                if grown > _MOST_NESTED:
                    raise NotOurShape("an item that grows and does not end")
                continue
            if known is None:
                known = self._read(XML(b"<set>%b</set>" % piece))
                self.memory.keep(digest, known)
            rows += known
            begin, grown = cut, 0
        if _SOMETHING.search(body, begin, cuts[-1]):
            raise NotOurShape("an item that does not end")
        return rows

    def _read(self, items: Element) -> tuple[Row, ...]:
        rows = tuple([row for item in items for row in self._read_item(item, self._region)])
        self._texts.share(rows)
        return rows


def _cuts(body: bytes, begin: int, end: int) -> list[int]:
    """Return where the first item begins, and where each may end."""
    if not _SOMETHING.search(body, begin, end):
        return [begin]
    first = _FIRST_CHILD.match(body, begin, end)
    if first is None:
        raise NotOurShape("items without a first child")
    item = re.compile(rb"<item>\s*<%b[\s/>]" % first[1])
    starts = [found.start() for found in item.finditer(body, begin, end)]
    return [begin, *starts[1:], end]
