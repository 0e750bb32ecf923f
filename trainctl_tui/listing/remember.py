"""The news of the first frame: what the cache remembers, before anybody has asked the cloud."""

from __future__ import annotations

from msgspec.structs import replace

from trainctl_tui.domain.cost import NO_PRICES, Prices
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.listing.news import News, remerged
from trainctl_tui.services.cache import Cache


def remembered(cache: Cache, launch: Launch, prices: Prices = NO_PRICES) -> News:
    """Return remembered rows of the launch's regions, unverified; empty news where nothing is held."""
    identity = cache.remembered_identity()
    regions = launch.regions or cache.remembered_regions()
    news = News(identity=identity, regions=regions, prices=prices)
    if identity is None:
        return news
    inventory = news.inventory
    offset = 0.0
    for region in regions:
        for kind in Kind:
            held = cache.load(identity, region, kind)
            if held is not None:
                inventory = inventory.accept(held.listing)
                offset = held.clock_offset
    return remerged(replace(news, inventory=inventory, clock_offset=offset))
